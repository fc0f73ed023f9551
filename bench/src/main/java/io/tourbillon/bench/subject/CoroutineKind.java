package io.tourbillon.bench.subject;

import java.util.function.Supplier;

/** The coroutine systems that are compared. */
public enum CoroutineKind implements Subject {
  /** The JDK's own. */
  VIRTUAL_THREADS(
      Family.JDK,
      "virtual threads, Thread.sleep, the default scheduler with a carrier a core",
      VirtualThreads::new),
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
