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
import org.junit.jupiter.api.io.TempDir;

/** Reading and changing what the fleet should be, in a real browser; each save is a commit that changes hosts. */
class SourceEditIT {

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
        context = context(ColorScheme.LIGHT, 1280);
        page = signedIn(context);
    }

    @AfterEach
    void close() {
        context.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    private BrowserContext context(ColorScheme scheme, int width) {
        BrowserContext opened = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(demo.url())
                .setColorScheme(scheme)
                .setViewportSize(width, 800));
        opened.setDefaultTimeout(PATIENCE);
        return opened;
    }

    private Page signedIn(BrowserContext in) {
        Page opened = in.newPage();
        opened.onPageError(complaints::add);
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add(message.text());
            }
        });
        opened.navigate("/fleet");
        opened.getByLabel("Name").fill("admin");
        opened.getByLabel("Password").fill(demo.password());
        opened.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        opened.waitForURL(Pattern.compile(".*/fleet.*"));
        return opened;
    }

    private void shoot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    private void click(String link) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(link).setExact(true))
                .first()
                .click();
    }

    private Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private Locator text() {
        return page.locator("textarea[name=text]");
    }

    private void edit(String path) {
        page.navigate("/sources/demo/edit?path=" + path);
    }

    @Test
    void sourceIsReadFromFolderToFileToCommit() {
        page.navigate("/sources");
        click("Browse");
        assertThat(page.locator(".listing")).containsText("fleet.yaml");
        shoot("source-folder");

        click("vars/");
        click("all.yaml");
        assertThat(page.locator(".blame")).containsText("domain: demo.internal");
        assertThat(page.locator(".blame .by").first()).containsText(Pattern.compile("[0-9a-f]{8} Espalier"));
        shoot("source-file");

        click("Log");
        assertThat(page.locator("table")).containsText("Start here");
        shoot("source-log");
        page.locator("table a.rev").last().click();
        assertThat(page.locator("main")).containsText("+domain: demo.internal");
        shoot("source-commit");
    }

    @Test
    void savedTextIsACommitWhoseRolloutIsShown() throws IOException {
        edit("vars/all.yaml");
        text().fill(text().inputValue() + "edited: here\n");
        button("Dry run").click();
        assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("This could be saved");
        assertThat(page.locator(".diff")).containsText("plan ");
        shoot("edit-dry-run");

        page.getByLabel("Why").fill("Note that it was edited here");
        button("Save as admin").click();
        assertThat(page).hasURL(Pattern.compile(".*/(rollouts/\\d+|sources/demo/commits/[0-9a-f]{40})"));
        page.navigate("/sources/demo/files?path=vars/all.yaml");
        assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("edited: here")))
                .containsText(Pattern.compile("[0-9a-f]{8} admin"));
    }

    @Test
    void hostsFollowWhatIsSaved() throws IOException {
        edit("vars/tier/web.yaml");
        text().fill(text().inputValue().replace("workers: 2", "workers: 5"));
        page.getByLabel("Why").fill("Five workers");
        button("Save as admin").click();

        assertThat(page).hasURL(Pattern.compile(".*/rollouts/\\d+"));
        assertThat(page.locator("#rollout-head")).containsText("Five workers");
        assertThat(page.locator("#rollout-head")).containsText("done");
        assertThat(page.locator(".wave .step", new Page.LocatorOptions().setHasText("web1")))
                .containsText("applied");
    }

    @Test
    void mistakeIsShownBesideItsLineAndNothingIsSaved() {
        edit("units/web.yaml");
        String before = text().inputValue();
        text().fill(before.replace("unit: web", "unit: web\nrelaod: now"));
        page.getByLabel("Why").fill("Reload it");
        button("Save as admin").click();

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Refused");
        Locator problem = page.locator(".beside a").first();
        assertThat(problem).containsText("units/web.yaml:");
        assertThat(page.locator(".gutter .error").first()).hasText(problem.getAttribute("data-line"));
        assertThat(text()).hasValue(before.replace("unit: web", "unit: web\nrelaod: now"));
        shoot("edit-refused");
        problem.click();
        assertThat(text()).isFocused();
        assertThat((String) page.evaluate("() => { const a = document.querySelector('textarea[name=text]');"
                        + " return a.value.slice(a.selectionStart, a.selectionEnd); }"))
                .startsWith("relaod");

        try (BrowserContext phone = context(ColorScheme.DARK, 390)) {
            Page wide = page;
            page = signedIn(phone);
            for (String path : List.of(
                    "/sources",
                    "/sources/demo/files",
                    "/sources/demo/files?path=units/web.yaml",
                    "/sources/demo/log",
                    "/hosts/db1/file?path=/etc/motd",
                    "/sources/demo/edit?path=units/web.yaml")) {
                page.navigate(path);
                assertThat(page.locator("h1")).isVisible();
                assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                        .as(path + " is wider than the screen by")
                        .isEqualTo(0);
                shoot("phone-dark" + path.replaceAll("[^a-z0-9]", "-"));
            }
            page = wide;
        }
        page.navigate("/sources/demo/log");
        assertThat(page.locator("table")).not().containsText("Reload it");
    }

    @Test
    void filePageTellsWhatEachLineWasMadeOf() {
        page.navigate("/hosts/db1");
        click("/etc/motd");

        assertThat(page.locator(".explained")).containsText("vars.greeting");
        assertThat(page.locator(".explained")).containsText("templates:base/motd.ftl:1");
        assertThat(page.locator(".explained")).containsText(Pattern.compile("demo:vars/all.yaml:\\d+ [0-9a-f]{8}"));
        assertThat(page.locator("main")).containsText("manifest 1");
        shoot("host-file");
        click("demo:vars/all.yaml:1");
        assertThat(page).hasURL(Pattern.compile(".*/sources/demo/files\\?path=vars/all.yaml#l1|.*vars%2Fall.yaml#l1"));
        assertThat(page.locator("#l1")).containsText("greeting");
    }

    private void save(String path, String before, String after, String why) {
        edit(path);
        assertThat(text().inputValue()).contains(before);
        text().fill(text().inputValue().replace(before, after));
        page.getByLabel("Why").fill(why);
        button("Save as admin").click();
        page.waitForURL(Pattern.compile(".*/(rollouts|commits)/.*"));
    }

    @Test
    void unitOfARevisionThatIsHeldIsDeployedAlone() {
        save("units/web.yaml", "expect: OK", "expect: NOPE", "Ask for the impossible");
        assertThat(page.locator("#rollout-head")).containsText("failed");
        save("vars/all.yaml", "Welcome to", "Greetings from", "Greet otherwise");
        assertThat(page.locator("#rollout-head")).containsText("failed");

        page.navigate("/plan");
        click("base");
        assertThat(page.locator("h1")).containsText("of only base");
        assertThat(page.locator("#plan .group").first()).containsText("+Greetings from");
        shoot("plan-of-a-unit");
        button("Deploy").click();

        assertThat(page).hasURL(Pattern.compile(".*/rollouts/\\d+"));
        assertThat(page.locator("#rollout-head")).containsText("Only base: Greet otherwise");
        assertThat(page.locator("#rollout-head")).containsText("done");
        assertThat(fleetState()).containsText("stalled");
        page.navigate("/hosts/web1");
        assertThat(page.locator("#host")).containsText("behind the revision in web");
        shoot("host-behind");

        save("units/web.yaml", "expect: NOPE", "expect: OK", "Ask for what can be had");
        assertThat(fleetState()).containsText("in sync");
    }

    private Locator fleetState() {
        return page.locator("#fleet-state");
    }

    @Test
    void changeOfSomebodyElseIsNotOverwritten() {
        edit("vars/tier/db.yaml");
        Page theirs = context.newPage();
        theirs.navigate("/sources/demo/edit?path=vars/tier/db.yaml");
        Locator theirText = theirs.locator("textarea[name=text]");
        theirText.fill(theirText.inputValue() + "theirs: true\n");
        theirs.getByLabel("Why").fill("I was first");
        theirs.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save as admin"))
                .click();
        theirs.waitForURL(Pattern.compile(".*/(rollouts|commits)/.*"));

        text().fill(text().inputValue() + "mine: true\n");
        page.getByLabel("Why").fill("I was second");
        button("Save as admin").click();

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("I was first");
        assertThat(text()).hasValue(Pattern.compile("mine: true"));
        shoot("edit-overtaken");
    }
}
