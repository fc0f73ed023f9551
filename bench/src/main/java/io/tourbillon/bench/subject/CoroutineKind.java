package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.Engine;
import java.util.function.Supplier;

/** The coroutine systems that are compared. */
public enum CoroutineKind implements Subject {
  /** Ours, the default with the JVM flag. */
  OURS_VIRTUAL_THREAD(
      Family.OURS_VIRTUAL_THREAD,
      "Engine.VIRTUAL_THREAD, Coroutines.delay, a loop a core",
      () -> new OurCoroutines(Engine.VIRTUAL_THREAD)),
  /** Ours, the fastest engine. */
  OURS_CONTINUATION(
      Family.OURS_CONTINUATION,
      "Engine.CONTINUATION, Coroutines.delay, a loop a core",
      () -> new OurCoroutines(Engine.CONTINUATION)),
  /** Ours, the default without a JVM flag. */
  OURS_PLAIN_THREAD(
      Family.OURS_PLAIN_THREAD,
      "Engine.PLAIN_THREAD, Coroutines.delay, the JDK's scheduler with a carrier a core",
      () -> new OurCoroutines(Engine.PLAIN_THREAD)),
  /** Ours, with turns and without a JVM flag. */
  OURS_HANDOFF(
      Family.OURS_HANDOFF,
      "Engine.HANDOFF, Coroutines.delay, a loop a core",
      () -> new OurCoroutines(Engine.HANDOFF)),
  /** Plain virtual threads on our loops. */
  OURS_THREADS(
      Family.OURS_THREADS,
      "virtual threads of CoroutineScheduler.threadFactory, Thread.sleep, a loop a core",
      VirtualThreads::onOurLoops),
  /** The JDK's virtual threads. */
  VIRTUAL_THREADS(
      Family.JDK,
      "virtual threads, Thread.sleep, the default scheduler with a carrier a core",
      VirtualThreads::ofTheJdk),
  /** kotlinx-coroutines. */
  KOTLIN(
      Family.KOTLIN,
      "kotlinx-coroutines, delay, Dispatchers.Default with a thread a core",
      KotlinCoroutines::new);

  private final Family family;
  private final String configuration;

  /** A method reference without state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Supplier<CoroutineSubject> opener;

  CoroutineKind(Family family, String configuration, Supplier<CoroutineSubject> opener) {
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

  public CoroutineSubject open() {
    return opener.get();
  }
}
