package io.espalier.orchestrator;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;

/** {@code espalier server [--config FILE]}: everything from sources to hosts, in one process. */
@SpringBootApplication(proxyBeanMethods = false, exclude = UserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(OrchestratorProperties.class)
public class OrchestratorApplication {

    private static final Path DEFAULT_CONFIG = Path.of("/etc/espalier/server.yaml");
    private static final int USAGE = 2;

    public static void main(String[] args) {
        List<String> options = new ArrayList<>(List.of(args));
        Path config = DEFAULT_CONFIG;
        boolean isNamed = false;
        int at = options.indexOf("--config");
        if (at >= 0 && at + 1 < options.size()) {
            config = Path.of(options.remove(at + 1));
            options.remove(at);
            isNamed = true;
        } else if (at >= 0) {
            exit("--config needs a file");
        }
        if (isNamed && !Files.isReadable(config)) {
            exit("cannot read " + config);
        }
        for (String option : options) {
            if (!option.startsWith("--") || !option.contains("=")) {
                exit("unknown option " + option + " (expected: --config FILE, or --some.setting=value)");
            }
        }
        var application = new SpringApplication(OrchestratorApplication.class);
        application.setDefaultProperties(java.util.Map.of(
                "spring.config.additional-location",
                "optional:" + config.toAbsolutePath().toUri()));
        application.run(options.toArray(String[]::new));
    }

    private static void exit(String message) {
        System.err.println("espalier server: " + message);
        System.exit(USAGE);
    }
}
