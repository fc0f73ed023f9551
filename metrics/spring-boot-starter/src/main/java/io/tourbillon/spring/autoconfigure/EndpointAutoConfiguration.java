package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.actuate.Services;
import io.tourbillon.spring.actuate.TourbillonEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The actuator endpoint {@code tourbillon}, if it is exposed. */
@AutoConfiguration(after = ServicesAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(Services.class)
public final class EndpointAutoConfiguration {
  /** Apart, because its condition is a class of the actuator as well. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnAvailableEndpoint(TourbillonEndpoint.class)
  static final class Exposed {
    @Bean
    @ConditionalOnMissingBean
    TourbillonEndpoint tourbillonEndpoint(Services services) {
      return new TourbillonEndpoint(services);
    }
  }
}
