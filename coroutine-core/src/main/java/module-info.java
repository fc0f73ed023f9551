/** Coroutines on event loops, each of which is driven by a timing wheel. */
module io.tourbillon.coroutine {
  requires HdrHistogram;
  requires transitive io.tourbillon.timer;
  requires java.management;
  requires jdk.unsupported;
  requires org.jctools.core;
  requires static transitive io.netty.common;
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports io.tourbillon.coroutine;
  exports io.tourbillon.coroutine.bridge;
  exports io.tourbillon.coroutine.channel;
  exports io.tourbillon.coroutine.generator;
  exports io.tourbillon.coroutine.netty;
  exports io.tourbillon.coroutine.sync;
  exports io.tourbillon.coroutine.testkit;
}
