package io.espalier.orchestrator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.RunningOrchestrator;
import io.espalier.orchestrator.tree.RunningTree;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest.Builder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports over HTTP. */
class WorkerIT {

    @TempDir
    static Path data;

    static RunningOrchestrator orchestrator;

    @BeforeAll
    static void start() throws InterruptedException {
        orchestrator = RunningOrchestrator.start(data);
        assertThat(orchestrator.bean(RunningTree.class).await(Duration.ofSeconds(60)))
                .isPresent();
    }

    @AfterAll
    static void stop() {
        orchestrator.close();
    }

    private static HttpResponse<String> put(Builder request, String body) {
        return orchestrator.send(request.header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static HttpResponse<String> get(String path) {
        return orchestrator.send(orchestrator.asAdmin(path));
    }

    private static String agentToken(String auid) {
        String body = orchestrator
                .send(orchestrator.asAdmin("/v1/worker/" + auid + "/token").POST(BodyPublishers.noBody()))
                .body();
        Matcher secret = Pattern.compile("esa_[A-Za-z0-9_-]+").matcher(body);
        assertThat(secret.find()).as(body).isTrue();
        return secret.group();
    }

    private static Builder as(String token, String path) {
        return orchestrator.request(path).header("Authorization", "Bearer " + token);
    }

    @Test
    void everyReportOfTheSeedIsTakenAndGivenBack() {
        assertThat(put(
                                orchestrator.asAdmin("/v1/worker/1001001"),
                                "{'auid':'1001001','tags':'mobile_pro','ipaddr':'10.10.10.10','hostname':'webserver','own':7}")
                        .statusCode())
                .isEqualTo(204);
        put(orchestrator.asAdmin("/v1/worker/1001001/backup"), "{'auid':'1001001','redis':{'local':'ok','push':'ok'}}");
        put(orchestrator.asAdmin("/v1/worker/1001001/service"), "{'auid':'1001001','service':{'nginx':'ok'}}");
        put(orchestrator.asAdmin("/v1/worker/1001001/sysinfo"), "{'auid':'1001001','disk':{'used':'50','free':'50'}}");
        put(orchestrator.asAdmin("/v1/worker/1001001/drift"), "{'auid':'1001001','drifted':2}");

        assertThat(get("/v1/worker/1001001").body())
                .contains("\"tags\":\"mobile_pro\"", "\"ipaddr\":\"10.10.10.10\"", "\"own\":7", "\"state\":\"alive\"");
        assertThat(get("/v1/worker").body()).startsWith("[").contains("\"hostname\":\"webserver\"");
        assertThat(get("/v1/worker/1001001/backup").body()).contains("\"redis\":{\"local\":\"ok\",\"push\":\"ok\"}");
        assertThat(get("/v1/worker/1001001/service").body()).contains("\"service\":{\"nginx\":\"ok\"}");
        assertThat(get("/v1/worker/1001001/sysinfo").body())
                .contains("\"disk\":{\"used\":\"50\",\"free\":\"50\"}", "\"stale\":false");
        assertThat(get("/v1/worker/1001001/drift").body()).contains("\"drifted\":2");
        assertThat(get("/get/worker,1001001,sysinfo,disk,used").body()).contains(":50}");
        assertThat(get("/get/tags,mobile_pro,sysinfo,disk,used").body()).contains(":50}");
        assertThat(get("/get/tags,mobile_pro,alive").body()).contains(":1}");
        assertThat(orchestrator
                        .send(orchestrator.asAdmin("/workers").header("Accept", "text/html"))
                        .body())
                .contains("webserver", "disk (used 50 free 50)", "alive");
    }

    @Test
    void whatWasReadMayBeSentBack() {
        put(orchestrator.asAdmin("/v1/worker/back/sysinfo"), "{'disk':{'used':1}}");
        String read = get("/v1/worker/back/sysinfo").body();

        assertThat(put(orchestrator.asAdmin("/v1/worker/back/sysinfo"), read).statusCode())
                .isEqualTo(204);
        assertThat(get("/get/worker,back,sysinfo").body()).doesNotContain("reported");
    }

    @Test
    void agentReportsForItselfOnly() {
        String token = agentToken("own-1");
        String other = agentToken("own-2");

        assertThat(put(as(token, "/v1/worker/own-1/sysinfo"), "{'cpu':{'sys':'5'}}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(orchestrator.send(as(token, "/v1/worker/own-1")).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = put(as(token, "/v1/worker/own-2/sysinfo"), "{'cpu':{'sys':'5'}}");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("for itself only");
        assertThat(orchestrator.send(as(other, "/v1/worker/own-1")).statusCode())
                .isEqualTo(403);
        assertThat(get("/api/v1/audit?limit=50").body()).contains("worker.refused", "agent:own-1", "worker own-2");
        assertThat(get("/v1/worker/own-2").statusCode()).isEqualTo(404);
    }

    @Test
    void agentsTokenIsGoodForNothingElse() {
        String token = agentToken("small");

        for (String path : new String[] {"/v1/worker", "/api/v1/status", "/get/worker", "/fleet", "/push"}) {
            assertThat(orchestrator.send(as(token, path)).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(orchestrator
                        .send(as(token, "/v1/worker/small/token").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(403);
        assertThat(put(as("esa_made-up", "/v1/worker/small"), "{}").statusCode())
                .isEqualTo(401);
        String renewed = agentToken("small");
        assertThat(put(as(token, "/v1/worker/small"), "{}").statusCode()).isEqualTo(401);
        assertThat(put(as(renewed, "/v1/worker/small"), "{}").statusCode()).isEqualTo(204);
    }

    @Test
    void wrongReportsAreRefusedWithTheirPath() {
        HttpResponse<String> wrong = put(orchestrator.asAdmin("/v1/worker/bad/sysinfo"), "{'disk':{'used':[]}}");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("disk.used: []");
        assertThat(put(orchestrator.asAdmin("/v1/worker/bad/sysinfo"), "{'disk'{")
                        .statusCode())
                .isEqualTo(400);
        assertThat(put(orchestrator.asAdmin("/v1/worker/bad/nosuch"), "{}").statusCode())
                .isEqualTo(404);
        assertThat(put(orchestrator.asAdmin("/v1/worker/BAD"), "{}").statusCode())
                .isEqualTo(400);
        String large = "{'x':'" + "y".repeat(300_000) + "'}";
        assertThat(put(orchestrator.asAdmin("/v1/worker/bad/sysinfo"), large).statusCode())
                .isEqualTo(413);
        assertThat(get("/v1/worker/bad").statusCode()).isEqualTo(404);
    }
}
