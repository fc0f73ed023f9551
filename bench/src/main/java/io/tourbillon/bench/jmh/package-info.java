/**
 * JMH benchmarks of timers and coroutines, ours and the peers' as parameters of the same benchmark.
 *
 * <p>With {@code T} for {@code java -jar bench/target/tourbillon.jar jmh} and {@code C} for {@code
 * -prof io.tourbillon.bench.jmh.CpuProfiler}, which adds the CPU time of the whole process:
 *
 * <pre>
 *   T CancelArm C                      a request timeout: cancels it and arms the next one
 *   T CancelArm C -prof gc             the same, with bytes allocated an operation
 *   T PushOut C                        an idle timeout: pushes it out
 *   T Producers C                      CancelArm by 1, 2, 4 threads and one a core, at one service
 *   T Producers.threadsMax C -t 16     the same with as many threads as -t says
 *   T Locks C -t 8                     the lock of our services and the JDK's, by 8 threads
 *   T WheelArmCancel                   the bare wheels: cancel and arm
 *   T WheelExpiry                      the bare wheels: from arm to expiry
 *   T WheelCascade C                   the bare wheels: the worst tick when a burst comes near
 *   T Fire C                           a million timers due within 3 s
 *   T FirstTimer                       the first timer of a JVM, due in 10 ms
 *   T Hop C                            a task by execute of the executor view, and back
 *   T Coroutines.takeTurns C           a coroutine yields
 *   T Coroutines.spawn C               a coroutine starts and ends
 *   T Coroutines.sleep C               a coroutine sleeps
 *   T TalkingOnOne C -p talk=SELECT    coroutines talk on one thread; TalkingOnTwo on two
 *   T Selects C                        coroutines select what is ready, or the default case
 *   T Policies                         a turn in the order of each scheduling policy
 *   T CancelArm C -p subject=OURS_IDS,OURS_LONGS     a task for each timer, and a number
 *   T CancelArm C -p subject=OURS_IDS -p recordStats=false,true
 *   T Fire C -p subject=OURS_IDS -p recordStats=false,true
 * </pre>
 *
 * <p>{@code -p pending=1000000 -p order=RANDOM} picks one row. Everything runs in JVMs with the
 * flags of {@link io.tourbillon.bench.ServerJvm}; {@code -jvmArgs} replaces them on a smaller
 * machine.
 *
 * <p>A benchmark whose work was not really done (a timer lost, early, or not pending when it had to
 * be) fails. It reports no number, and JMH continues with the next benchmark, or stops with {@code
 * -foe true}. This holds for forked JVMs; {@code -f 0} is for debugging.
 *
 * <p>All figures include the harness: one or two random numbers, a new task, and reading the id or
 * handle of a place from an array. With a million places that read misses the caches, as a server's
 * connections do.
 */
@NullMarked
package io.tourbillon.bench.jmh;

import org.jspecify.annotations.NullMarked;
