package io.espalier.orchestrator;

import io.espalier.orchestrator.store.Lead;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** What an orchestrator that does not lead answers: that it stands by, so that a load balancer passes it over. */
@Configuration(proxyBeanMethods = false)
class StandbyConfiguration {

    @Bean
    FilterRegistrationBean<StandbyFilter> standbyFilter(Lead lead) {
        var registration = new FilterRegistrationBean<>(new StandbyFilter(lead));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        registration.setEnabled(!lead.equals(Lead.ALONE));
        return registration;
    }

    /** {@code /actuator/health} is 503 on who stands by. */
    @Bean
    HealthIndicator leadHealthIndicator(Lead lead) {
        return () -> (lead.isHeld() ? Health.up() : Health.outOfService()).build();
    }

    /** Refuses everything but questions about its health. */
    static final class StandbyFilter extends OncePerRequestFilter {

        private final Lead lead;

        StandbyFilter(Lead lead) {
            this.lead = lead;
        }

        @Override
        protected boolean shouldNotFilter(HttpServletRequest request) {
            return lead.isHeld() || request.getRequestURI().startsWith("/actuator/");
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.setHeader(HttpHeaders.RETRY_AFTER, "5");
            response.setContentType("text/plain;charset=UTF-8");
            String holder =
                    lead.holder().map(name -> "; " + name + " drives the fleet").orElse("");
            response.getOutputStream()
                    .write(("this orchestrator stands by" + holder + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
