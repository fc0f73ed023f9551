package io.tourbillon.spring.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Starts contexts that a test closes. */
final class Contexts {
  private Contexts() {}

  static ConfigurableApplicationContext start(
      WebApplicationType type, Class<?> application, String... properties) {
    SpringApplication starting = new SpringApplication(application);
    starting.setWebApplicationType(type);
    starting.setRegisterShutdownHook(false);
    Map<String, Object> defaults = new TreeMap<>();
    for (String each :
        List.of(
            "server.port=0",
            "server.address=127.0.0.1",
            "tourbillon.scheduling.enabled=true",
            "tourbillon.coroutines.loops=1",
            "tourbillon.coroutines.engine=handoff",
            "spring.main.banner-mode=off")) {
      defaults.put(each.split("=", 2)[0], each.split("=", 2)[1]);
    }
    for (String each : properties) {
      defaults.put(each.split("=", 2)[0], each.split("=", 2)[1]);
    }
    starting.setDefaultProperties(defaults);
    return starting.run();
  }

  static ConfigurableApplicationContext start(String... properties) {
    return start(WebApplicationType.NONE, Nothing.class, properties);
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Nothing {}
}
