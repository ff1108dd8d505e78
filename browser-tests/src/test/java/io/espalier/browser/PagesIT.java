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
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What users do on each page, in a real browser, against the real demo. */
class PagesIT {

    private static final Path CHROMIUM = Path.of(System.getProperty("espalier.chromium", "/usr/bin/chromium"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final double PATIENCE = 60_000;

    @TempDir
    static Path dir;

    static DemoProcess demo;
    static Playwright playwright;
    static Browser browser;

    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(CHROMIUM), "needs " + CHROMIUM + " (apt install chromium)");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/git")), "needs git");
        Files.createDirectories(SCREENSHOTS);
        demo = DemoProcess.start(dir.resolve("demo"));
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox")));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
        }
        if (demo != null) {
            demo.close();
        }
    }

    @BeforeEach
    void open() {
        context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(demo.url())
                .setColorScheme(ColorScheme.LIGHT)
                .setViewportSize(1280, 800));
        context.setDefaultTimeout(PATIENCE);
        page = newPage(context);
    }

    @AfterEach
    void close(TestInfo test) {
        shoot(page, test.getTestMethod().orElseThrow().getName());
        context.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    private Page newPage(BrowserContext in) {
        Page opened = in.newPage();
        opened.onPageError(complaints::add);
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add(message.text());
            }
        });
        return opened;
    }

    private static void shoot(Page of, String name) {
        of.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    private void signIn() {
        signIn(page);
    }

    private static void signIn(Page on) {
        on.navigate("/fleet");
        on.getByLabel("Name").fill("admin");
        on.getByLabel("Password").fill(demo.password());
        on.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        on.waitForURL(Pattern.compile(".*/fleet.*"));
    }

    private Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private Locator fleetState() {
        return page.locator("#fleet-state");
    }

    @Test
    void treeIsReachedWatchedAndSetFromTheMenu() {
        signIn();

        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Tree").setExact(true))
                .click();
        assertThat(page).hasURL(Pattern.compile(".*/realtime/$"));
        page.getByLabel("Key").fill("orchestrator,hosts");
        button("Watch").click();
        assertThat(page.locator("#rows")).containsText("orchestrator,hosts,in-sync");
        shoot(page, "tree-realtime");

        page.navigate("/setting/view");
        page.getByLabel("Name").fill("hosts");
        page.getByLabel("Keys, one a line").fill("orchestrator,hosts,*");
        button("Save").click();
        assertThat(page.locator("table")).containsText("orchestrator,hosts,*");

        page.navigate("/trend/view/");
        assertThat(page.locator("#tree")).containsText("orchestrator");
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Fleet").setExact(true))
                .click();
        assertThat(page).hasURL(Pattern.compile(".*/fleet.*"));
    }

    @Test
    void workersAreListedAlive() {
        signIn();

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Workers"))
                .click();

        assertThat(page.locator("#workers tbody tr")).hasCount(3);
        assertThat(page.locator("#workers")).containsText("web1");
        assertThat(page.locator("#workers tbody")).containsText("alive");
    }

    @Test
    void signInRefusesAWrongPasswordAndLeadsToThePageThatWasAskedFor() {
        page.navigate("/sources");
        page.getByLabel("Name").fill("admin");
        page.getByLabel("Password").fill("not the password");
        button("Sign in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Wrong name or password");
        shoot(page, "sign-in-refused");

        page.getByLabel("Password").fill(demo.password());
        button("Sign in").click();

        assertThat(page).hasURL(Pattern.compile(".*/sources.*"));
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Sources")))
                .isVisible();
    }

    @Test
    void fleetShowsHostsByTierAndKeepsItsFilterInTheAddress() {
        signIn();
        assertThat(page.locator(".cell")).hasCount(3);
        assertThat(page.locator("section.tier").first()).containsText("Web servers");

        page.getByLabel("Find").fill("db");

        assertThat(page.locator(".cell")).hasCount(1);
        assertThat(page).hasURL(Pattern.compile(".*[?&]q=db.*"));
        page.reload();
        assertThat(page.locator(".cell")).hasCount(1);

        page.navigate("/fleet?view=table");
        assertThat(page.locator("table tbody tr")).hasCount(3);
        page.locator("table a", new Page.LocatorOptions().setHasText("web2")).click();
        assertThat(page).hasURL(Pattern.compile(".*/hosts/web2"));
    }

    @Test
    void pushMovesThroughTheRolloutPageWithoutAReload() {
        signIn();
        page.navigate("/rollouts");
        int before = page.locator("table tbody tr").count();

        String told = demo.push(
                "vars/all.yaml", "domain: demo.internal", "domain: demo.internal\nshown: yes", "Say nothing new");
        assertThat(told).contains("done");
        demo.push("vars/tier/web.yaml", "workers: 2", "workers: 3", "Give the web servers a third worker");

        assertThat(page.locator("table tbody tr").nth(0)).containsText("third worker");
        assertThat(page.locator("table tbody tr").count()).isGreaterThan(before);
        page.locator("table tbody tr").nth(0).locator("a").first().click();
        assertThat(page.locator(".wave .step", new Page.LocatorOptions().setHasText("web1")))
                .containsText("applied");
        assertThat(page.locator("#log")).containsText("done");
        assertThat(fleetState()).containsText("in sync");
    }

    @Test
    void openRolloutPageFollowsARolloutThatIsTriedAgain() {
        demo.push("units/web.yaml", "expect: OK", "expect: NOPE", "Ask for the impossible");
        demo.push("vars/tier/web.yaml", "listen: 8080", "listen: 8081", "Listen elsewhere");
        signIn();
        page.navigate("/rollouts");
        page.locator("table tbody tr").nth(0).locator("a").first().click();
        assertThat(page.locator("#rollout-head")).containsText("failed");
        assertThat(page.locator(".step", new Page.LocatorOptions().setHasText("web1")))
                .containsText("unhealthy");
        assertThat(fleetState()).containsText("stalled");
        shoot(page, "rollout-failed");
        String rollout = page.url();

        button("Retry failed").click();

        assertThat(page).hasURL(rollout);
        assertThat(page.locator("#log li", new Page.LocatorOptions().setHasText("running by admin")))
                .hasCount(1);
        assertThat(page.locator("#rollout-head")).containsText("failed");
        page.navigate("/hosts/web1");
        assertThat(page.locator("main")).containsText("rolled back");
        shoot(page, "host-rolled-back");

        demo.push("units/web.yaml", "expect: NOPE", "expect: OK", "Ask for what can be had");
        assertThat(fleetState()).containsText("in sync");
    }

    @Test
    void driftIsShownWithItsDiffAndHealed() throws IOException {
        signIn();
        Path motd = demo.hostRoot("web1").resolve("etc/motd");
        String good = Files.readString(motd);
        Files.writeString(motd, "hacked by hand\n");

        page.navigate("/hosts/web1");
        assertThat(page.locator("#host")).containsText("+Welcome");
        assertThat(page.locator("#host .diff .del")).containsText("-hacked by hand");
        assertThat(page.locator("#host .diff .meta").first()).hasText("--- /etc/motd");
        shoot(page, "host-drifted");
        page.navigate("/drift");
        assertThat(page.locator("table")).containsText("/etc/motd");
        shoot(page, "drift-found");

        button("Heal web1").click();

        assertThat(page).hasURL(Pattern.compile(".*/rollouts/\\d+"));
        assertThat(page.locator("#rollout-head")).containsText("done");
        assertThat(Files.readString(motd)).isEqualTo(good);
        assertThat(fleetState()).containsText("in sync");
    }

    @Test
    void planShowsWhatWouldChangeAndDeploysJustThat() throws IOException {
        signIn();
        Path conf = demo.hostRoot("db1").resolve("etc/demo-db/db.conf");
        String good = Files.readString(conf);
        Files.writeString(conf, good + "cache_mb 9999\n");

        page.navigate("/plan");

        assertThat(page.locator("#plan .group")).containsText("-cache_mb 9999");
        shoot(page, "plan-with-change");
        button("Deploy").click();

        assertThat(page).hasURL(Pattern.compile(".*/rollouts/\\d+"));
        assertThat(page.locator("#rollout-head")).containsText("done");
        assertThat(Files.readString(conf)).isEqualTo(good);
    }

    @Test
    void tokenIsShownOnceAndRevoked() {
        signIn();
        page.navigate("/settings");
        page.getByLabel("Label").fill("for the browser test");
        button("Make a token").click();

        assertThat(page.locator(".created code")).containsText("esp_");
        page.navigate("/settings");
        assertThat(page.locator(".created")).hasCount(0);
        Locator row = page.locator("tr", new Page.LocatorOptions().setHasText("for the browser test"))
                .first();
        row.getByRole(AriaRole.BUTTON).click();

        assertThat(page.locator("section").first()).not().containsText("for the browser test");
        assertThat(page.locator("section").last()).containsText("token.revoke");
    }

    @Test
    void slashGoesToTheSearchWhichFindsHostsAndFiles() {
        signIn();
        searchByKeyboard("motd");
        assertThat(page.locator("main")).containsText("/etc/motd");

        searchByKeyboard("db1");

        assertThat(page).hasURL(Pattern.compile(".*/hosts/db1"));
    }

    private void searchByKeyboard(String text) {
        // A page shows its text before its script listens to keys.
        page.waitForLoadState();
        page.keyboard().press("/");
        assertThat(page.locator("#search")).isFocused();
        page.keyboard().type(text);
        page.keyboard().press("Enter");
    }

    @Test
    void hostPageNamesTemplateCommitAndKey() {
        signIn();
        page.navigate("/hosts/db1");

        assertThat(page.locator("main")).containsText("templates:db/db.conf.ftl");
        assertThat(page.locator("main")).containsText("SHA256:");
        assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("/etc/motd")))
                .containsText(Pattern.compile("[0-9a-f]{8}"));
    }

    @Test
    void namesOfTheFleetAreShownAndLookedUpWithTheWayToTheAnswer() {
        signIn();
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Names"))
                .click();
        assertThat(page.locator("#names")).containsText("web.demo.internal");
        assertThat(page.locator("#names tr", new Page.LocatorOptions().setHasText("web2.demo.internal")))
                .containsText("127.0.0.1");
        assertThat(page.locator("#upstreams")).isVisible();

        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("web1.demo.internal");
        button("Look up").click();

        assertThat(page).hasURL(Pattern.compile(".*/dns\\?name=web1.demo.internal.*"));
        assertThat(page.locator("#found")).containsText("127.0.0.1");
        assertThat(page.locator("#path")).containsText("answered locally");
        shoot(page, "names-found");

        button("Purge").click();
        assertThat(page.locator("#found")).containsText("forgotten");
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("not..a.name");
        button("Look up").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
    }

    @Test
    void whatIsNotThereIsSaidOnAPage() {
        signIn();
        page.navigate("/hosts/web77");

        assertThat(page.locator("main")).containsText("There is nothing here");
        assertThat(page.locator("main")).containsText("not-found");
    }

    @Test
    void pagesReadWithoutScriptInTheDarkAndOnAPhone() {
        try (BrowserContext plain = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(demo.url())
                .setColorScheme(ColorScheme.DARK)
                .setJavaScriptEnabled(false)
                .setViewportSize(390, 800))) {
            plain.setDefaultTimeout(PATIENCE);
            Page bare = newPage(plain);
            signIn(bare);
            assertThat(bare.locator(".cell")).hasCount(3);
            for (String path : List.of(
                    "/fleet",
                    "/hosts/web1",
                    "/sources",
                    "/plan?now",
                    "/rollouts",
                    "/drift",
                    "/dns?name=web1.demo.internal",
                    "/settings")) {
                bare.navigate(path);
                assertThat(bare.locator("h1")).isVisible();
                Object overflow = bare.evaluate("document.documentElement.scrollWidth - innerWidth");
                assertThat(overflow).as(path + " is wider than the screen by").isEqualTo(0);
                shoot(bare, "phone-dark-" + path.replaceAll("[^a-z0-9]", ""));
            }
        }
        signIn();
    }
}
