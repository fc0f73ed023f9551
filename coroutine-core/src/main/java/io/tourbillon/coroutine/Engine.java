package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * What carries the stacks of coroutines while they are suspended. Whatever the engine, the code of
 * coroutines is the same, and so are delays, awaits, timeouts and cancellation. They differ in what
 * they need, what they cost, and in what code that knows nothing of coroutines does to a loop:
 *
 * <table>
 * <caption>The engines</caption>
 * <tr><th></th><th>VIRTUAL_THREAD</th><th>CONTINUATION</th><th>HANDOFF</th></tr>
 * <tr><td>needs</td><td>--add-opens java.base/java.lang</td><td>--add-exports
 *     java.base/jdk.internal.vm</td><td>nothing</td></tr>
 * <tr><td>blocking calls, locks, Thread.sleep</td><td>free the loop</td><td>block the
 *     loop</td><td>block the loop</td></tr>
 * <tr><td>a monitor or lock held across a suspension</td><td>safe</td><td>unsafe: its owner is the
 *     loop's thread</td><td>safe, but another coroutine of the loop that wants it stops the
 *     loop</td></tr>
 * <tr><td>thread-locals</td><td>the coroutine's</td><td>the coroutine's</td><td>the coroutine's</td></tr>
 * <tr><td>scoped values, interrupts</td><td>the coroutine's</td><td>the loop's: one coroutine sees
 *     what another has set</td><td>the coroutine's</td></tr>
 * <tr><td>timer tasks, what depends on {@link Coroutine#toFuture}, {@code onLost}</td><td>in a
 *     virtual thread on the loop, which they may block</td><td>on the loop's own thread: they block
 *     the loop</td><td>on the loop's own thread: they block the loop</td></tr>
 * <tr><td>handlers, logs, interrupts of blocking calls</td><td>never on the loop's own
 *     thread</td><td>beside the loop; by a virtual clock on the loop's own thread, but for the
 *     interrupts</td><td>the same</td></tr>
 * <tr><td>threads for other people's code</td><td>yes</td><td>no</td><td>no</td></tr>
 * </table>
 */
public enum Engine {
  /**
   * Virtual threads whose scheduler is the loop; in a thread dump those that are suspended seem to
   * be runnable, as they have yielded. {@code Thread.sleep}, timed waits, locks and sockets free
   * the loop, and the waits are entries of its wheel. What does block the loop are calls that the
   * JDK cannot take off their thread: file and name look-up, waits below native frames and in class
   * initialisers, selectors. A suspension by {@link Coroutines} in such a place is refused.
   *
   * <p>A coroutine is a virtual thread like any other, with the JDK's merits and faults. It
   * inherits no thread-locals of whoever spawns it, as its loop makes it. With {@code
   * -Djdk.trackAllThreads=false} each is some 36 bytes smaller and thread dumps leave them out. And
   * JDK 25 can crash when {@code HotSpotDiagnosticMXBean.dumpThreads} runs while virtual threads of
   * whatever scheduler come and go (JDK-8364343).
   */
  VIRTUAL_THREAD("--add-opens", "java.base/java.lang"),

  /**
   * Raw continuations of the JDK: the fastest and the smallest, for code that knows that it runs in
   * one. It must not suspend below native frames or in class initialisers, which is refused, nor
   * inside {@code synchronized}, with a lock held or a scoped value bound, which is not noticed:
   * these belong to the loop's thread, so another coroutine of the loop would find itself their
   * owner. Each coroutine has thread-locals of its own, and inherits none. For that it is best to
   * start the JVM with {@code --add-opens java.base/java.lang} as well. Without that flag {@code
   * sun.misc.Unsafe} is used, of which JDK 25 warns on standard error, once; and with {@code
   * --sun-misc-unsafe-memory-access=deny} thread-locals are the loop's, so that one coroutine sees
   * what another has set. {@link CoroutineLocal} needs neither. Start the JVM with {@code
   * -Dtourbillon.coroutine.check=true} to find suspensions inside {@code synchronized}, when they
   * take place.
   */
  CONTINUATION("--add-exports", "java.base/jdk.internal.vm"),

  /**
   * Stock virtual threads, one of which is the loop and lets one coroutine run at a time. Works
   * everywhere, and costs several times as much a switch. A suspension below a native frame or in a
   * class initialiser holds on to a carrier of the JDK's scheduler; where that has but one, nothing
   * goes on. A stack that overflows inside a suspension loses the coroutine, or stops the loop.
   */
  HANDOFF(null, null);

  private final @Nullable String option;
  private final @Nullable String place;

  Engine(@Nullable String option, @Nullable String place) {
    this.option = option;
    this.place = place;
  }

  /**
   * Returns the flag with which the JVM must be started for this engine; an empty string if it
   * needs none.
   */
  public String flag() {
    if (option == null) {
      return "";
    }
    Module module = Engine.class.getModule();
    return option + " " + place + "=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  /**
   * Returns whether this JVM can run this engine. The first call for an engine runs a coroutine,
   * which takes some milliseconds; later calls take nanoseconds.
   */
  public boolean isAvailable() {
    return Implementation.KERNEL.obstacle(this).isEmpty();
  }
}
