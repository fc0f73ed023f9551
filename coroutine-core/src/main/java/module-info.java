/**
 * Coroutines on event loops, each of which is driven by a timing wheel.
 *
 * <p>Start with {@link io.tourbillon.coroutine.CoroutineScheduler}. The packages whose names
 * contain {@code internal} are exported to nobody.
 */
// "requires-automatic": HdrHistogram has no module descriptor.
@SuppressWarnings("requires-automatic")
module io.tourbillon.coroutine {
  exports io.tourbillon.coroutine;
  exports io.tourbillon.coroutine.bridge;
  exports io.tourbillon.coroutine.channel;
  exports io.tourbillon.coroutine.generator;
  exports io.tourbillon.coroutine.net;
  exports io.tourbillon.coroutine.netty;
  exports io.tourbillon.coroutine.sync;
  exports io.tourbillon.coroutine.testkit;

  requires transitive io.tourbillon.timer;
  requires HdrHistogram;
  requires java.management;
  // sun.misc.Signal and sun.misc.Unsafe.
  requires jdk.unsupported;
  requires org.jctools.core;
  // Annotations that public signatures bear.
  requires static transitive org.jspecify;
  // For io.tourbillon.coroutine.netty only, whose users bring Netty and require it themselves.
  requires static io.netty.common;
  requires static io.netty.transport;
  // For tests with BlockHound, which finds our integration by itself.
  requires static reactor.blockhound;
  // A runtime without the flight recorder does without it.
  requires static jdk.jfr;

  provides reactor.blockhound.integration.BlockHoundIntegration with
      io.tourbillon.coroutine.internal.blockhound.CoroutineIntegration;
}
