package io.espalier.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.espalier.metrics.TreeServer;
import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The tree's pages of history, views and differences, in a real browser, over hours of history. */
class TreeHistoryIT {
    private static final Path CHROMIUM = Path.of(System.getProperty("espalier.chromium", "/usr/bin/chromium"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration LOOKED_BACK = Duration.ofHours(6);

    @TempDir
    static Path dir;

    static TreeServer server;
    static MutableClock clock;
    static Playwright playwright;
    static Browser browser;

    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(CHROMIUM), "needs " + CHROMIUM + " (apt install chromium)");
        Files.createDirectories(SCREENSHOTS);
        clock = new MutableClock(
                Instant.parse("2026-03-08T12:00:00Z").minus(LOOKED_BACK).minus(Duration.ofDays(7)));
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, -1, Networks.LOOPBACK, Optional.empty());
        server = new TreeServer(
                TreeSettings.ofMachine(), doors, Senders.NONE, TreeServer.Keeping.in(dir.resolve("tree")), clock);
        live(0);
        live(7);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox")));
    }

    /** Some hours of a small shop, a look a minute. */
    private static void live(int day) {
        clock.set(Instant.parse("2026-03-01T12:00:00Z").minus(LOOKED_BACK).plus(Duration.ofDays(day)));
        for (int i = 0; i < LOOKED_BACK.toMinutes(); i++) {
            var batch = new Batch();
            double wave = Math.sin(i / 40.0 + day / 7.0);
            batch.add(200 + (int) (120 * wave), "hits");
            for (String[] path : new String[][] {
                {"br", "chrome", "126"}, {"br", "chrome", "125"}, {"br", "firefox", "127"}, {"br", "safari", "17"}
            }) {
                batch.add(10 + (path[1].length() * 7 + i + day) % 23, path);
            }
            batch.hint(Action.SET);
            for (String host : List.of("web1", "web2", "db1")) {
                batch.add(35 + 20 * wave + host.hashCode() % 9, "host", host, "cpu", "user");
                batch.add(8 + 3 * Math.cos(i / 25.0), "host", host, "cpu", "system");
                batch.add(2e6 + 1e6 * wave, "host", host, "net", "in");
                batch.add(9e6 + 4e6 * wave, "host", host, "net", "out");
            }
            if (day == 7 && i == 200) {
                batch.enter("deploy");
                batch.enter("shop");
                batch.text("shop 4f2a9c1: faster checkout");
                batch.leave();
                batch.leave();
            }
            server.tree().merge(batch);
            server.trend().orElseThrow().sample();
            clock.advance(Duration.ofMinutes(1));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (playwright != null) {
            playwright.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        open(ColorScheme.LIGHT, 1280);
    }

    private void open(ColorScheme scheme, int width) {
        context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL("http://127.0.0.1:" + server.httpPort())
                .setColorScheme(scheme)
                .setTimezoneId("UTC")
                .setViewportSize(width, 800));
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add(message.text());
            }
        });
    }

    @AfterEach
    void close(TestInfo test) {
        shoot(test.getTestMethod().orElseThrow().getName());
        context.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    private void shoot(String name) {
        page.screenshot(
                new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve("tree-" + name + ".png")));
    }

    private Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private Locator lines() {
        return page.locator(".plot path.series");
    }

    @Test
    void trendZoomsByDraggingAndByKeysAndGoesBack() {
        page.navigate("/trend/host,*|avg,cpu,user?from=-6h");
        assertThat(lines()).hasCount(1);
        assertThat(page.locator(".marktext")).containsText("shop 4f2a9c1");
        String whole = page.locator(".tools .state").textContent();

        var plot = page.locator(".plot svg").boundingBox();
        page.mouse().move(plot.x + plot.width * 0.4, plot.y + 100);
        page.mouse().down();
        page.mouse().move(plot.x + plot.width * 0.6, plot.y + 120);
        page.mouse().up();

        assertThat(page).hasURL(Pattern.compile(".*[?&]to=\\d+.*"));
        page.mouse().move(plot.x, plot.y - 40);
        assertThat(page.locator(".tools .state")).not().hasText(whole);
        page.locator(".plot svg").focus();
        String zoomed = page.url();
        page.keyboard().press("ArrowLeft");
        assertThat(page).not().hasURL(zoomed);
        page.keyboard().press("0");
        assertThat(page.locator(".tools .state")).hasText(whole);
    }

    @Test
    void trendStandsBesideAWeekBeforeAndTakesAStyle() {
        page.navigate("/trend/host,*,cpu,user?from=-6h");
        assertThat(lines()).hasCount(3);

        page.getByLabel("Beside").selectOption("7d");

        assertThat(page.locator(".plot path.before")).hasCount(3);
        assertThat(page).hasURL(Pattern.compile(".*compare=7d.*"));
        page.reload();
        assertThat(page.locator(".plot path.before")).hasCount(3);
        shoot("compared");
        page.getByLabel("Beside").selectOption("");
        page.locator("#type").selectOption("stack");
        page.getByLabel("Style").selectOption("cpu");
        assertThat(lines()).hasCount(3);
        assertThat(page.locator(".plot path[fill-opacity='0.8']")).hasCount(3);
    }

    @Test
    void seriesAreHiddenByTheirNames() {
        page.navigate("/trend/br?from=-6h&fn=rate");
        assertThat(lines()).hasCount(4);

        button("br,chrome,126").click();

        assertThat(lines()).hasCount(3);
        assertThat(button("br,chrome,126")).hasAttribute("aria-pressed", "false");
    }

    @Test
    void theTreeOpensAndPutsChartsBesideIt() {
        page.navigate("/trend/view/");
        page.locator("#tree").getByLabel("Open host").click();
        page.locator("#tree").getByLabel("Open web1").click();
        page.locator("#tree")
                .getByText("net", new Locator.GetByTextOptions().setExact(true))
                .click();
        assertThat(page).hasURL(Pattern.compile(".*key=host(%2C|,)web1(%2C|,)net.*"));
        assertThat(page.locator(".legend tbody tr")).hasCount(2);

        page.getByPlaceholder("br,*|sum").fill("br,*,*|sum");
        button("Add").click();

        assertThat(page.locator("figure.chart")).hasCount(2);
        assertThat(page.locator(".legend tbody tr")).hasCount(5);
        shoot("explorer");
        page.getByLabel("Remove host,web1,net").click();
        assertThat(page.locator("figure.chart")).hasCount(1);
    }

    @Test
    void aViewIsAddedShownChangedAndRemoved() {
        page.navigate("/setting/view");
        page.getByLabel("Name").fill("Shop & more");
        button("Save").click();
        assertThat(page).hasURL(Pattern.compile(".*/setting/view"));
        page.getByLabel("Name").fill("Shop");
        page.getByLabel("Keys").fill("hits\nbr,*|sum|nonsense");
        button("Save").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("no reducer");
        shoot("view-refused");
        page.getByLabel("Keys").fill("host,*|avg,net,in\nhost,*|avg,net,out");
        page.getByLabel("Style").selectOption("net");
        page.locator("#type").selectOption("area");
        page.getByLabel("Begins").fill("6h");
        button("Save").click();

        page.locator("table")
                .getByText("Shop", new Locator.GetByTextOptions().setExact(true))
                .click();
        assertThat(page).hasURL(Pattern.compile(".*/trend/view/Shop"));
        assertThat(lines()).hasCount(2);
        shoot("view");

        page.getByText("Live", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("#rows tr")).hasCount(2);
        assertThat(page.locator("#state")).hasText("live");
        var batch = new Batch();
        batch.hint(Action.SET);
        clock.advance(Duration.ofSeconds(1));
        for (String host : List.of("web1", "web2", "db1")) {
            batch.add(12_345_678, "host", host, "net", "in");
        }
        server.tree().merge(batch);
        assertThat(page.locator("#rows")).containsText("12,345,678");
        shoot("view-live");

        page.navigate("/setting/view");
        shoot("views");
        button("Remove").click();
        assertThat(page.locator("main")).containsText("No view yet");
    }

    @Test
    void aDifferenceIsRankedByContribution() {
        page.navigate("/diff/br/br?a=-2h");
        assertThat(page.locator("tbody tr")).hasCount(4);
        assertThat(page.locator("tbody tr").first()).containsText("%");
        assertThat(page.locator("main")).containsText("a change of +");

        page.navigate("/diff/host,web1/host,db1");
        assertThat(page.locator("tbody tr")).hasCount(4);
        assertThat(page.locator("tbody")).containsText("cpu,user");
    }

    @Test
    void darkAndNarrowPagesHoldTheSame() {
        context.close();
        open(ColorScheme.DARK, 1280);
        page.navigate("/trend/view/?key=host,web1,cpu&key=hits&from=-6h&type=area");
        assertThat(lines()).hasCount(3);
        shoot("dark");
        context.close();
        open(ColorScheme.LIGHT, 390);
        page.navigate("/trend/host,web1,cpu?from=-6h");
        assertThat(lines()).hasCount(2);
        assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing sticks out to the right")
                .isTrue();
        shoot("narrow");
    }

    @Test
    void withoutScriptsThereIsAPicture() {
        context.close();
        context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL("http://127.0.0.1:" + server.httpPort())
                .setJavaScriptEnabled(false));
        page = context.newPage();
        page.navigate("/trend/hits?from=-6h");
        assertThat(page.locator("noscript img, figure img")).hasCount(1);
        assertThat(page.request().get("/graph/hits.svg?from=-6h").ok()).isTrue();
    }
}
