package io.espalier.metrics.pipe;

/**
 * The browser and system of a User-Agent, by the words in it; the first rule that fits wins.
 *
 * @param browser family, such as {@code chrome}; {@code bot} for what says that it is one
 * @param version the first number of the version, or empty
 * @param os      such as {@code windows}
 */
record UserAgent(String browser, String version, String os) {
    /** Word in the text, family, word before the version. */
    private static final String[][] BROWSERS = {
        {"MetaSr", "sogou", "MetaSr "},
        {"TencentTraveler", "tencent", "TencentTraveler "},
        {"Maxthon", "maxthon", "Maxthon"},
        {"360SE", "360se", ""},
        {"baidubrowser", "baidu", "baidubrowser/"},
        {"UCWEB", "uc", "UCWEB"},
        {"UCBrowser", "uc", "UCBrowser/"},
        {"Edg/", "edge", "Edg/"},
        {"Edge/", "edge", "Edge/"},
        {"OPR/", "opera", "OPR/"},
        {"Opera", "opera", "Version/"},
        {"SamsungBrowser", "samsung", "SamsungBrowser/"},
        {"Vivaldi", "vivaldi", "Vivaldi/"},
        {"MSIE ", "ie", "MSIE "},
        {"Trident/", "ie", "rv:"},
        {"Firefox/", "firefox", "Firefox/"},
        {"Iceweasel", "firefox", "Iceweasel/"},
        {"Chromium/", "chromium", "Chromium/"},
        {"Chrome/", "chrome", "Chrome/"},
        {"CriOS", "chrome", "CriOS/"},
        {"Nokia", "nokia", ""},
        {"Safari/", "safari", "Version/"},
        {"AppleWebKit", "webkit", "AppleWebKit/"},
        {"curl/", "curl", "curl/"},
        {"Wget", "wget", "Wget/"},
        {"Gecko/", "gecko", "rv:"},
    };

    private static final String[] BOTS = {
        "bot", "Bot", "spider", "Spider", "crawl", "Crawl", "Slurp", "Feed", "feed", "http://", "Python", "Java/",
        "Ruby", "Go-http"
    };

    private static final String[][] SYSTEMS = {
        {"Windows Phone", "windows phone"},
        {"Windows", "windows"},
        {"Android", "android"},
        {"iPhone", "ios"},
        {"iPad", "ios"},
        {"iPod", "ios"},
        {"CrOS", "chromeos"},
        {"Mac OS X", "macos"},
        {"Macintosh", "macos"},
        {"Linux", "linux"},
        {"X11", "unix"},
        {"BSD", "bsd"},
        {"SymbianOS", "symbian"},
    };

    static UserAgent of(String text) {
        String os = "other";
        for (String[] system : SYSTEMS) {
            if (text.contains(system[0])) {
                os = system[1];
                break;
            }
        }
        for (String bot : BOTS) {
            if (text.contains(bot) && !text.contains("MSIE ")) {
                return new UserAgent("bot", "", os);
            }
        }
        for (String[] browser : BROWSERS) {
            if (text.contains(browser[0])) {
                return new UserAgent(browser[1], version(text, browser[2]), os);
            }
        }
        return new UserAgent("other", "", os);
    }

    private static String version(String text, String before) {
        int at = before.isEmpty() ? -1 : text.indexOf(before);
        if (at < 0) {
            return "";
        }
        int from = at + before.length();
        int to = from;
        while (to < text.length() && to - from < 4 && Character.isDigit(text.charAt(to))) {
            to++;
        }
        return text.substring(from, to);
    }
}
