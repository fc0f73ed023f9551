package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * An engine carries the stacks of coroutines while they are suspended. The code of coroutines is
 * the same on every engine, and so are delays, awaits, timeouts and cancellation. Engines differ in
 * what they need, what they cost, and in which calls block a loop:
 *
 * <table>
 * <caption>The engines</caption>
 * <tr><th></th><th>VIRTUAL_THREAD</th><th>CONTINUATION</th><th>PLAIN_THREAD</th><th>HANDOFF</th></tr>
 * <tr><td>needs</td><td>--add-opens=java.base/java.lang</td><td>--add-exports
 *     java.base/jdk.internal.vm</td><td>nothing</td><td>nothing</td></tr>
 * <tr><td>coroutines of one loop</td>
 *     <td>take turns</td>
 *     <td>take turns</td>
 *     <td>run at the same time</td>
 *     <td>take turns</td></tr>
 * <tr><td>blocking calls, locks, Thread.sleep</td><td>free the loop</td><td>block the
 *     loop</td><td>hold nobody up</td><td>block the loop</td></tr>
 * <tr><td>a cancellation or a limit, during a blocking call</td><td>interrupts it</td><td>waits for
 *     its end</td><td>waits for its end</td><td>waits for its end</td></tr>
 * <tr><td>a monitor or lock held across a suspension</td>
 *     <td>safe</td>
 *     <td>unsafe: the loop's thread owns it</td>
 *     <td>safe</td>
 *     <td>safe, but another coroutine of the loop that waits for it stops the loop</td></tr>
 * <tr><td>thread-locals, scoped values</td>
 *     <td>the coroutine's</td>
 *     <td>the coroutine's</td>
 *     <td>the coroutine's</td>
 *     <td>the coroutine's</td></tr>
 * <tr><td>interrupts</td>
 *     <td>the coroutine's</td>
 *     <td>the loop's: a coroutine sees what another has set</td>
 *     <td>the coroutine's</td>
 *     <td>the coroutine's</td></tr>
 * <tr><td>timer tasks, stages of {@link Coroutine#toFuture}, {@code onLost}</td>
 *     <td>run in a virtual thread on the loop, and may block</td>
 *     <td>run on the loop's thread, and block the loop</td>
 *     <td>run in a virtual thread, and may block</td>
 *     <td>run on the loop's thread, and block the loop</td></tr>
 * <tr><td>handlers and logs</td>
 *     <td>run in a virtual thread on the loop</td>
 *     <td>run outside the loop; under a virtual clock, on the loop's thread</td>
 *     <td>run in a thread of their own; under a virtual clock, in the thread that reports</td>
 *     <td>as CONTINUATION</td></tr>
 * <tr><td>a coroutine that has begun</td>
 *     <td>can move to another loop</td>
 *     <td>stays on its loop</td>
 *     <td>runs on any carrier of the JDK</td>
 *     <td>can move to another loop</td></tr>
 * <tr><td>{@link SpawnOptions#here}, {@link SpawnOptions#onLoop}, policies, loops inside
 *     Netty</td><td>yes</td><td>yes</td><td>no</td><td>yes</td></tr>
 * <tr><td>{@link CoroutineScheduler#threadFactory}</td><td>yes</td><td>no</td><td>yes, with
 *     threads of the JDK's scheduler</td><td>no</td></tr>
 * </table>
 */
public enum Engine {
  /**
   * Virtual threads whose scheduler is the loop on which they begin. {@code Thread.sleep}, timed
   * waits, locks and sockets free the loop, and timed waits are entries of its wheel. The loop is
   * blocked by calls that keep their carrier thread: file and name look-up, selectors, and waits
   * below native frames and in class initialisers. A suspension by {@link Coroutines} below a
   * native frame or in a class initialiser throws {@link IllegalStateException}. In a thread dump,
   * suspended coroutines seem to be runnable.
   *
   * <p>Virtual threads that a coroutine starts, directly or through an executor of the JDK, get the
   * loop on which the coroutine began from the JDK, and stay there. So several that compute share
   * one processor. Let a thread that is no coroutine start those, or use coroutines, which other
   * loops take over.
   *
   * <p>A coroutine inherits no thread-locals of its spawner, since its loop makes the thread. With
   * {@code -Djdk.trackAllThreads=false} each coroutine is some 36 bytes smaller, and thread dumps
   * leave coroutines out. JDK 25 can crash when {@code HotSpotDiagnosticMXBean.dumpThreads} runs
   * while virtual threads of any scheduler start and end (JDK-8364343).
   */
  VIRTUAL_THREAD("--add-opens", "java.base/java.lang"),

  /**
   * Raw continuations of the JDK: the fastest and smallest engine, for code that is written for it.
   * A suspension below a native frame or in a class initialiser throws {@link
   * IllegalStateException}. A coroutine must not suspend inside {@code synchronized}, with a lock
   * held or a {@code StructuredTaskScope} open. These belong to the loop's thread, so another
   * coroutine of the loop would own them. The engine does not notice that; for monitors and locks
   * it does if the JVM runs with {@code -Dtourbillon.coroutine.check=true}.
   *
   * <p>A coroutine stays on the loop on which it began. The JIT compiler takes {@code
   * Thread.currentThread()} for a constant within a compiled method, also across a suspension;
   * after a move, code of users would find thread-locals and locks of the wrong loop.
   *
   * <p>Each coroutine has thread-locals and bindings of scoped values of its own, and inherits
   * none. For that, start the JVM with {@code --add-opens=java.base/java.lang} as well. Without
   * that flag the engine uses {@code sun.misc.Unsafe}, of which JDK 25 warns once on standard
   * error; and with {@code --sun-misc-unsafe-memory-access=deny} coroutines share those of the
   * loop, so a coroutine must not suspend with a scoped value bound, and a scheduler with a {@link
   * CoroutineDecorator} is refused. {@link CoroutineLocal} needs neither.
   */
  CONTINUATION("--add-exports", "java.base/jdk.internal.vm"),

  /**
   * Stock virtual threads. One of them is the loop, and lets one coroutine run at a time. Works in
   * every JVM, but a switch costs several times as much. A suspension below a native frame or in a
   * class initialiser keeps a carrier of the JDK's scheduler; if there is only one, everything
   * stops. A stack overflow inside a suspension loses the coroutine or stops the loop.
   *
   * <p>Without a flag, a scheduler takes this engine only if it needs turns: after {@code
   * loops(1)}, with a policy other than first in, first out, or inside Netty. {@link #PLAIN_THREAD}
   * costs about half as much, except for sockets, and lets no blocking call hold others up.
   */
  HANDOFF(null, null),

  /**
   * Plain virtual threads of the JDK, the engine of JVMs without a flag. No loop gives turns: the
   * coroutines of a scheduler run whenever the JDK's own scheduler has a carrier for them, several
   * at the same time, even with {@code loops(1)}. Programs that rely on turns, such as a plain
   * counter that several coroutines change, need another engine, or a {@link
   * io.tourbillon.coroutine.sync.Mutex}.
   *
   * <p>Delays and limits are timers of a wheel. Cancellation, scopes, channels, locks and sockets
   * work as on every engine. What needs turns is refused with an {@link
   * UnsupportedOperationException} that names it: {@link SpawnOptions#here}, {@link
   * SpawnOptions#onLoop}, each {@link SchedulingPolicy} but the first in, first out, and loops
   * inside Netty. Priorities and groups have no effect; rates do. The number of loops says over how
   * many lists the coroutines are spread, and how many threads serve sockets and reports. The first
   * of these threads starts with the scheduler, the others when they are needed.
   *
   * <p>The JDK has as many carriers as processors. Coroutines that compute keep them: others, and
   * the tasks of {@link CoroutineScheduler#timers}, wait for their end, or for a {@link
   * Coroutines#checkpoint}. Nothing reports that, since there are no turns to watch: the watchdog,
   * the handlers of stalls and of waits in real time, and the measured times of turns have nothing
   * to tell. A suspension below a native frame or in a class initialiser keeps a carrier as well.
   * Statistics count a coroutine that waits for a carrier as running before it begins, and as
   * suspended after a suspension; dumps show one in a blocking call as RUNNING.
   *
   * <p>A coroutine inherits no thread-locals of its spawner. Interrupts are left alone: a
   * suspension does not end for one, and leaves it set.
   */
  PLAIN_THREAD(null, null);

  private final @Nullable String option;
  private final @Nullable String place;

  Engine(@Nullable String option, @Nullable String place) {
    this.option = option;
    this.place = place;
  }

  /**
   * Returns the flag with which the JVM must be started for this engine, as the command line and
   * {@code JDK_JAVA_OPTIONS} take it; an empty string if it needs none.
   */
  public String flag() {
    if (option == null) {
      return "";
    }
    Module module = Engine.class.getModule();
    return option + "=" + place + "=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  /**
   * Returns whether this JVM can run this engine. The first call for an engine runs a coroutine,
   * which takes some milliseconds; later calls take nanoseconds.
   */
  public boolean isAvailable() {
    return Implementation.KERNEL.obstacle(this).isEmpty();
  }
}
