/**
 * Coroutines on event loops: code that waits without blocking a thread, written as plain sequential
 * Java.
 *
 * <pre>{@code
 * try (CoroutineScheduler scheduler = CoroutineScheduler.create()) {
 *   Coroutine<String> greeting = scheduler.spawn(() -> {
 *     Coroutines.delay(Duration.ofSeconds(1));        // suspends; the loop runs other coroutines
 *     return "hello";
 *   });
 *   System.out.println(greeting.join());
 * }
 * }</pre>
 *
 * <h2>What to read, in this order</h2>
 *
 * <ol>
 *   <li>{@link io.tourbillon.coroutine.CoroutineScheduler} starts coroutines on its event loops.
 *   <li>{@link io.tourbillon.coroutine.Coroutines} holds the operations that a coroutine calls:
 *       delay, await, blocking calls, timeouts, shields.
 *   <li>{@link io.tourbillon.coroutine.Coroutine} is the handle of one coroutine: cancel, join,
 *       state.
 *   <li>{@link io.tourbillon.coroutine.CoroutineScope} keeps children inside a block of code
 *       (structured concurrency).
 *   <li>{@link io.tourbillon.coroutine.Engine} says what carries the stacks, which JVM flag that
 *       needs, and which calls block a loop.
 *   <li>{@link io.tourbillon.coroutine.SpawnOptions}, {@link
 *       io.tourbillon.coroutine.CoroutineGroup} and {@link
 *       io.tourbillon.coroutine.SchedulingPolicy} control names, priorities, rates and the order of
 *       turns; {@link io.tourbillon.coroutine.CoroutineLocal} passes values to children.
 *   <li>{@link io.tourbillon.coroutine.CoroutineDecorator} runs coroutines in the context of their
 *       spawner: MDC, trace, scoped values. {@link io.tourbillon.coroutine.CoroutineListener} is
 *       told of their events.
 *   <li>{@link io.tourbillon.coroutine.Suspension} is for authors of new primitives, with {@link
 *       io.tourbillon.coroutine.Resumption}, {@link io.tourbillon.coroutine.Awaited}, {@link
 *       io.tourbillon.coroutine.Selectable} and {@link io.tourbillon.coroutine.Waiters}.
 * </ol>
 *
 * <p>Other packages build on these: {@code channel} (channels and select), {@code sync} (mutex,
 * semaphore, event, ticker and others), {@code generator}, {@code net} (sockets), {@code bridge}
 * (callbacks of the JDK), {@code netty} and {@code testkit} (tests in virtual time). They use no
 * internal package of this module, so other libraries can do the same.
 *
 * <p>If you know asyncio, Go, Kotlin, Trio, gevent, Tornado, Twisted or Python's generators, {@code
 * coroutine-core/MIGRATION.md} in the source tree shows the equivalent of each tool.
 *
 * <h2>What a dump shows</h2>
 *
 * <p>{@link io.tourbillon.coroutine.CoroutineScheduler#dump} returns a {@link
 * io.tourbillon.coroutine.CoroutineDump}: the tree of coroutines, what each one waits for, since
 * when and for how long at most, and the deadlocks:
 *
 * <pre>
 *   3 coroutines
 *   deadlock: a waits for b (locking right, held by b); b waits for a (locking left, held by a)
 *   server SUSPENDED for 2 min 3 s on the children of a scope; coroutine-loop-0
 *     a SUSPENDED for 2 min 3 s on locking right, held by b; coroutine-loop-1
 *     b SUSPENDED for 2 min 3 s on locking left, held by a; coroutine-loop-0
 * </pre>
 *
 * <p>{@link io.tourbillon.coroutine.bridge.DumpSignal} has a process that hangs write a dump when
 * it gets a signal of the operating system.
 *
 * <h2>What the flight recorder shows</h2>
 *
 * <p>While a recording of the JDK's flight recorder takes them, the loops record three events:
 *
 * <ul>
 *   <li>{@code tourbillon.SlowTurn}: one or a few turns held a loop for more than 10 ms.
 *   <li>{@code tourbillon.LoopStall}: a turn exceeds the limit of the watchdog; with the stack.
 *   <li>{@code tourbillon.LateDelay}: a delay or timeout expired more than 10 ms late.
 * </ul>
 *
 * <p>While no recording takes an event, it costs the read of a flag.
 *
 * <h2>Where the implementation is</h2>
 *
 * <p>This package depends on no package that implements it. {@code Kernel} declares what its static
 * methods need; {@code internal.scheduler.SchedulerKernel} provides that, and is found by its name.
 * To change the implementation, start with the documentation of {@code internal.task}.
 */
@NullMarked
package io.tourbillon.coroutine;

import org.jspecify.annotations.NullMarked;
