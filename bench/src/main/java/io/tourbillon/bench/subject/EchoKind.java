package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.Engine;
import java.io.IOException;

/** The servers of the JVM that send back what they receive. */
@SuppressWarnings("ImmutableEnumChecker") // Its functions have no state.
public enum EchoKind implements Subject {
  /** Ours, the default with the JVM flag. */
  OURS_VIRTUAL_THREAD(
      Family.OURS_VIRTUAL_THREAD,
      "Engine.VIRTUAL_THREAD; a coroutine for each TcpConnection",
      loops -> new OurEcho(Engine.VIRTUAL_THREAD, loops)),
  /** Ours, the fastest engine. */
  OURS_CONTINUATION(
      Family.OURS_CONTINUATION,
      "Engine.CONTINUATION; as above",
      loops -> new OurEcho(Engine.CONTINUATION, loops)),
  /** Ours, the default without a JVM flag. */
  OURS_PLAIN_THREAD(
      Family.OURS_PLAIN_THREAD,
      "Engine.PLAIN_THREAD; as above;"
          + " jdk.virtualThreadScheduler.parallelism and maxPoolSize as the size",
      loops -> new OurEcho(Engine.PLAIN_THREAD, loops)),
  /** Ours, with turns and without a JVM flag. */
  OURS_HANDOFF(
      Family.OURS_HANDOFF, "Engine.HANDOFF; as above", loops -> new OurEcho(Engine.HANDOFF, loops)),
  /** Blocking sockets on our loops. */
  OURS_THREADS(
      Family.OURS_THREADS,
      "virtual threads of CoroutineScheduler.threadFactory with java.net.Socket",
      ThreadEcho::onOurLoops),
  /** Netty. */
  NETTY(
      Family.NETTY,
      "MultiThreadIoEventLoopGroup, NioIoHandler, its default allocator",
      NettyEcho::new),
  /** The JDK's virtual threads. */
  VIRTUAL_THREADS(
      Family.JDK,
      "virtual threads with java.net.Socket;"
          + " jdk.virtualThreadScheduler.parallelism and maxPoolSize as the size",
      _ -> ThreadEcho.ofTheJdk()),
  /** The JDK's selectors. */
  SELECTOR(Family.SELECTOR, "a java.nio.channels.Selector a thread, no library", SelectorEcho::new);

  private final Family family;
  private final String configuration;
  private final Opener opener;

  private interface Opener {
    EchoSubject open(int threads) throws IOException;
  }

  EchoKind(Family family, String configuration, Opener opener) {
    this.family = family;
    this.configuration = configuration;
    this.opener = opener;
  }

  @Override
  public Family family() {
    return family;
  }

  @Override
  public String configuration() {
    return configuration;
  }

  /**
   * Starts the server.
   *
   * @param threads the number of threads; the JDK takes that of its virtual threads from {@link
   *     TalkKind#jvmFlags}
   */
  public EchoSubject open(int threads) throws IOException {
    return opener.open(threads);
  }
}
