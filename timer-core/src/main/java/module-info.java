/**
 * Timers for servers: a thread-safe service on hashed hierarchical timing wheels, with adapters to
 * the executors of the JDK and to Netty.
 */
module io.tourbillon.timer {
  requires HdrHistogram;
  requires static java.logging;
  requires static transitive io.netty.common;
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports io.tourbillon.timer;
  exports io.tourbillon.timer.netty;
  exports io.tourbillon.timer.wheel;
  exports io.tourbillon.timer.internal to
      io.tourbillon.coroutine,
      io.tourbillon.metrics;
  exports io.tourbillon.timer.internal.text to
      io.tourbillon.coroutine,
      io.tourbillon.metrics;
  exports io.tourbillon.timer.internal.watchdog to
      io.tourbillon.coroutine;
}
