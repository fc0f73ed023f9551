package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.actuate.Services;
import io.tourbillon.spring.actuate.TourbillonHealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health indicator {@code tourbillon}. */
@AutoConfiguration(after = ServicesAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(Services.class)
public final class HealthAutoConfiguration {
  /** Apart, because its condition is a class of the actuator as well. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnEnabledHealthIndicator("tourbillon")
  static final class Enabled {
    @Bean
    @ConditionalOnMissingBean(name = "tourbillonHealthIndicator")
    TourbillonHealthIndicator tourbillonHealthIndicator(
        Services services, TourbillonProperties properties) {
      return Setting.pass(
          "tourbillon.health.stall-limit",
          properties.health().stallLimit(),
          limit -> new TourbillonHealthIndicator(services, limit));
    }
  }
}
