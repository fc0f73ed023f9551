package io.tourbillon.bench;

/** What a project depends on, what its program does, and what must arrive with it. */
enum Consumer {
  TIMERS("tourbillon-timer-core", "jar", "io.tourbillon.timer", "") {
    @Override
    String body() {
      return """
          try (var timers = io.tourbillon.timer.TimerService.create()) {
            timers.after(java.time.Duration.ofMillis(1)).join();
          }
          """;
    }
  },
  COROUTINES("tourbillon-coroutine-core", "jar", "io.tourbillon.coroutine", "") {
    @Override
    String body() {
      return """
          try (var scheduler = io.tourbillon.coroutine.CoroutineScheduler.create()) {
            scheduler
                .spawn(
                    () -> {
                      io.tourbillon.coroutine.Coroutines.delay(java.time.Duration.ofMillis(1));
                      return 1;
                    })
                .join();
          }
          """;
    }
  },
  BINDERS("tourbillon-metrics", "jar", "io.tourbillon.metrics", "") {
    @Override
    String body() {
      return """
          try (var timers = io.tourbillon.timer.TimerService.create()) {
            var registry = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
            new io.tourbillon.metrics.TimerMetrics(timers).bindTo(registry);
            registry.get("tourbillon.timer.pending").gauge();
          }
          """;
    }
  },
  SERVER(
      "tourbillon-metrics-server",
      "pom",
      "io.tourbillon.metrics",
      "micrometer.registry.prometheus,org.eclipse.jetty.server") {
    @Override
    String body() {
      return """
          try (var timers = io.tourbillon.timer.TimerService.create();
              var server =
                  io.tourbillon.metrics.MetricsServer.builder().timers(timers).build();
              var page = server.uri().resolve("/chart.js").toURL().openStream()) {
            if (page.readAllBytes().length < 10_000) {
              throw new AssertionError("no Chart.js");
            }
          }
          """;
    }
  };

  final String artifact;
  final String type;
  final String module;

  /** Modules, with commas between them; may be empty. */
  final String alsoRequired;

  Consumer(String artifact, String type, String module, String alsoRequired) {
    this.artifact = artifact;
    this.type = type;
    this.module = module;
    this.alsoRequired = alsoRequired;
  }

  abstract String body();
}
