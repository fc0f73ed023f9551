package io.tourbillon.adoption.cost;

/** Which Redis is measured: that of the environment variable REDIS_URI, or one on this machine. */
final class RedisAddress {
  private RedisAddress() {}

  static String uri() {
    return System.getenv().getOrDefault("REDIS_URI", "redis://127.0.0.1:6379");
  }
}
