package io.tourbillon.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.tourbillon.spring.actuate.Services;
import io.tourbillon.spring.actuate.TourbillonMeters;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The meters of all services, in the registry of the application. */
@AutoConfiguration(
    after = ServicesAutoConfiguration.class,
    afterName =
        "org.springframework.boot.micrometer.metrics.autoconfigure"
            + ".CompositeMeterRegistryAutoConfiguration")
@ConditionalOnBean({MeterRegistry.class, Services.class})
public final class MetricsAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  TourbillonMeters tourbillonMeters(Services services) {
    return new TourbillonMeters(services);
  }
}
