package io.tourbillon.adoption.cost;

/** The libraries that are measured, with a name and a size each. */
enum Workloads {
  /** Needs a Redis, see {@link RedisAddress}. */
  LETTUCE("Lettuce", "a command with a timeout", 200_000),
  ASYNC_HTTP_CLIENT("AsyncHttpClient", "a request with two timeouts", 30_000),
  REACTOR("Reactor", "`Mono.timeout`", 2_000_000),
  RXJAVA("RxJava", "`Single.timeout`", 2_000_000),
  RESILIENCE4J("Resilience4j", "a call within a `TimeLimiter`", 2_000_000),
  FAILSAFE("Failsafe", "a call that is repeated after a pause", 200_000),
  GUAVA("Guava", "`Futures.withTimeout`", 2_000_000),
  CAFFEINE("Caffeine", "an entry that expires", 2_000_000),
  BUCKET4J("Bucket4j", "a wait for a token", 500_000),
  HIKARI("HikariCP", "a connection with leak detection", 1_000_000),
  GRPC("gRPC", "a call with a deadline", 100_000),
  KOTLIN("Kotlin", "`withTimeout`", 1_000_000),
  SPRING("Spring", "a task that is scheduled and cancelled", 2_000_000),
  JETTY("Jetty", "a request on a connection of its own", 10_000),
  TOMCAT("Tomcat", "a request on a connection of its own", 10_000),
  /** Needs a Redis, see {@link RedisAddress}. */
  REDISSON("Redisson", "a command", 100_000);

  final String library;

  /** What one call is. */
  final String call;

  /** So many that a run takes some seconds. */
  final int calls;

  Workloads(String library, String call, int calls) {
    this.library = library;
    this.call = call;
    this.calls = calls;
  }

  Workload work() {
    return switch (this) {
      case LETTUCE -> new LettuceWork();
      case ASYNC_HTTP_CLIENT -> new HttpWork();
      case REACTOR -> new ReactorWork();
      case RXJAVA -> new RxJavaWork();
      case RESILIENCE4J -> new Resilience4jWork();
      case FAILSAFE -> new FailsafeWork();
      case GUAVA -> new GuavaWork();
      case CAFFEINE -> new CaffeineWork();
      case BUCKET4J -> new Bucket4jWork();
      case HIKARI -> new HikariWork();
      case GRPC -> new GrpcWork();
      case KOTLIN -> new KotlinWork();
      case SPRING -> new SpringWork();
      case JETTY -> new JettyWork();
      case TOMCAT -> new TomcatWork();
      case REDISSON -> new RedissonWork();
    };
  }
}
