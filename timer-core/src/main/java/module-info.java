/**
 * The timing wheel, and the thread-safe timer service on it.
 *
 * <p>Start with {@link io.tourbillon.timer.TimerService}. The packages whose names contain {@code
 * internal} are for the other modules of Tourbillon only.
 */
// "module": the targets of qualified exports are built after this module. "requires-automatic":
// HdrHistogram has no module descriptor.
@SuppressWarnings({"module", "requires-automatic"})
module io.tourbillon.timer {
  exports io.tourbillon.timer;
  exports io.tourbillon.timer.durable;
  exports io.tourbillon.timer.netty;
  exports io.tourbillon.timer.wheel;
  exports io.tourbillon.timer.internal to
      io.tourbillon.coroutine,
      io.tourbillon.junit;
  exports io.tourbillon.timer.internal.text to
      io.tourbillon.coroutine;
  exports io.tourbillon.timer.internal.watchdog to
      io.tourbillon.coroutine;

  requires HdrHistogram;
  // Annotations that public signatures bear.
  requires static transitive org.jspecify;
  // For io.tourbillon.timer.netty only. Its users bring Netty and require it themselves: a
  // transitive requirement would force Netty on all who compile with this module.
  requires static io.netty.common;
  // For tests with BlockHound, which finds our integration by itself.
  requires static reactor.blockhound;
  // For io.tourbillon.timer.durable only: a runtime without it has all the rest. Each JDK has it to
  // compile with, so that it can be transitive.
  requires static transitive java.sql;
  // A runtime without the flight recorder or without java.util.logging does without them.
  requires static java.logging;
  requires static jdk.jfr;

  provides reactor.blockhound.integration.BlockHoundIntegration with
      io.tourbillon.timer.internal.blockhound.TimerIntegration;
}
