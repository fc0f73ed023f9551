package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.Engine;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** The coroutine systems of the JVM whose coroutines talk. */
@SuppressWarnings("ImmutableEnumChecker") // Its sets and functions are never changed.
public enum TalkKind implements Subject {
  /** Ours, the default with the JVM flag. */
  OURS_VIRTUAL_THREAD(
      Family.OURS_VIRTUAL_THREAD,
      "Engine.VIRTUAL_THREAD; Channel, a Select used again, Mutex, Semaphore, CoroutineScope",
      EnumSet.allOf(Talk.class),
      loops -> ours(Engine.VIRTUAL_THREAD, loops)),
  /** Ours, the fastest engine. */
  OURS_CONTINUATION(
      Family.OURS_CONTINUATION,
      "Engine.CONTINUATION; as above",
      EnumSet.allOf(Talk.class),
      loops -> ours(Engine.CONTINUATION, loops)),
  /** Ours, the default without a JVM flag. */
  OURS_PLAIN_THREAD(
      Family.OURS_PLAIN_THREAD,
      "Engine.PLAIN_THREAD; as above;"
          + " jdk.virtualThreadScheduler.parallelism and maxPoolSize as the size",
      EnumSet.allOf(Talk.class),
      loops -> ours(Engine.PLAIN_THREAD, loops)),
  /** Ours, with turns and without a JVM flag. */
  OURS_HANDOFF(
      Family.OURS_HANDOFF,
      "Engine.HANDOFF; as above",
      EnumSet.allOf(Talk.class),
      loops -> ours(Engine.HANDOFF, loops)),
  /** Plain virtual threads on our loops. */
  OURS_THREADS(
      Family.OURS_THREADS,
      "virtual threads of CoroutineScheduler.threadFactory with the JDK's queues, ReentrantLock,"
          + " Semaphore, Thread.join, asExecutor",
      talksOfTheJdk(),
      loops -> new BlockingTalk(ThreadPeer.onOurLoops(loops))),
  /** The JDK's virtual threads. */
  VIRTUAL_THREADS(
      Family.JDK,
      "virtual threads; SynchronousQueue, ArrayBlockingQueue, ReentrantLock, Semaphore,"
          + " fair on one thread; Thread.join, an executor with a virtual thread per task as the scope;"
          + " jdk.virtualThreadScheduler.parallelism and maxPoolSize as the size",
      talksOfTheJdk(),
      loops -> new BlockingTalk(ThreadPeer.ofTheJdk(loops))),
  /** Jox. */
  JOX(
      Family.JOX,
      "Jox's Channel and Select on virtual threads; the JDK's scheduler as above",
      EnumSet.of(Talk.PING_PONG, Talk.STREAM, Talk.FAN_IN, Talk.SELECT),
      loops -> new BlockingTalk(new JoxPeer())),
  /** kotlinx-coroutines. */
  KOTLIN(
      Family.KOTLIN,
      "kotlinx-coroutines; Channel, select, Mutex, Semaphore, async, withTimeout, coroutineScope;"
          + " the loop of runBlocking for one thread, else Dispatchers.Default with"
          + " kotlinx.coroutines.scheduler.core.pool.size as the size",
      EnumSet.allOf(Talk.class),
      KotlinTalk::new);

  private final Family family;
  private final String configuration;
  private final Set<Talk> talks;
  private final IntFunction<TalkSubject> opener;

  TalkKind(Family family, String configuration, Set<Talk> talks, IntFunction<TalkSubject> opener) {
    this.family = family;
    this.configuration = configuration;
    this.talks = Collections.unmodifiableSet(talks);
    this.opener = opener;
  }

  private static TalkSubject ours(Engine engine, int loops) {
    return new BlockingTalk(new OurPeer(engine, loops));
  }

  private static Set<Talk> talksOfTheJdk() {
    return EnumSet.complementOf(EnumSet.of(Talk.SELECT, Talk.WITH_TIMEOUT));
  }

  /** The subjects that take part in a talk. */
  public static List<TalkKind> in(Talk talk) {
    return Arrays.stream(values()).filter(kind -> kind.takesPartIn(talk)).toList();
  }

  public boolean takesPartIn(Talk talk) {
    return talks.contains(talk);
  }

  /** The flags of a JVM in which the peers' schedulers have this number of threads. */
  public static List<String> jvmFlags(int threads) {
    return List.of(
        "-Djdk.virtualThreadScheduler.parallelism=" + threads,
        "-Djdk.virtualThreadScheduler.maxPoolSize=" + threads,
        "-Dkotlinx.coroutines.scheduler.core.pool.size=" + threads,
        "-Dkotlinx.coroutines.scheduler.max.pool.size=" + threads);
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
   * Starts the subject.
   *
   * @param threads the number of threads that run coroutines; peers take it from {@link #jvmFlags}
   */
  public TalkSubject open(int threads) {
    return opener.apply(threads);
  }
}
