/**
 * A coroutine: its state machine, its scopes and cancellation, and how its waits end.
 *
 * <p><b>Start here</b> to change the implementation of coroutines.
 *
 * <p><b>Rule.</b> This package depends on {@code internal.loop}, {@code internal.engine}, {@code
 * internal.observe}, {@code internal.surround} and the public package. It knows its scheduler only
 * as {@link io.tourbillon.coroutine.internal.task.TaskHost}. The packages {@code internal.dump} and
 * {@code internal.scheduler} stand above it.
 *
 * <h2>The life of a coroutine</h2>
 *
 * <ol>
 *   <li><b>spawn</b>: {@code Surroundings.spawn} wraps the body if there is a decorator or a
 *       listener. {@code LoopScheduler.spawnAny} chooses the loop, makes a {@code CoroutineTask}
 *       and passes it to {@code CoroutineLoop.accept}. That adds it to the {@code Newcomers}, and
 *       to the {@code ReadyQueue}: directly if the caller is on the loop, and otherwise through the
 *       {@code Mailbox}. A loop that would rest may take it over from there ({@code WorkStealing}).
 *   <li><b>run</b>: {@code Turns.give} takes it from the {@code ReadyQueue} and calls {@code
 *       CoroutineTask.takeTurn}. An unclaimed coroutine is claimed first; from then on it is one of
 *       the {@code Residents}. The first turn makes a {@code Strand}, which carries the stack;
 *       {@code turn} resumes the strand, and the strand calls {@code CoroutineTask.run}, the body.
 *   <li><b>suspend</b>: a method of {@code Kernel.Caller}, such as {@code delay} or {@code
 *       suspend}, calls {@code park}, which notes what the coroutine waits for and gives the turn
 *       back with {@code Strand.suspend}. The loop goes on in {@code turn} and arms one entry of
 *       the wheel if there is a deadline. On {@code Engine.VIRTUAL_THREAD} a blocking call of the
 *       JDK suspends the coroutine as well; the JDK then asks {@code VirtualThreadPool} for timers.
 *   <li><b>resume</b>: one of three events makes the coroutine ready again with {@code makeReady}.
 *       The entry of the wheel expires ({@code CoroutineTask.expired}); any thread settles a {@code
 *       Resumption}, which goes to the loop as a message ({@code ResumptionTask.run}, then {@code
 *       CoroutineTask.settled}); or the JDK submits the virtual thread again ({@code
 *       CoroutineTask.runBlocked}).
 *   <li><b>done</b>: the body has returned or thrown. {@code SuspendingCoroutine.end} leaves the
 *       open scopes, publishes the final state and notifies the listeners in {@code End}. {@code
 *       CoroutineLoop.ended} updates the counts and cancels attached coroutines.
 * </ol>
 *
 * <h2>Coroutines without turns</h2>
 *
 * <p>On {@code Engine.PLAIN_THREAD} a coroutine is a virtual thread of the JDK, {@code
 * PlainCoroutine}, and its loop is a {@code PlainLoop}, which gives no turns. Nothing is
 * loop-confined then: what would be belongs to the thread of the coroutine. Those who settle a
 * resumption, cancel, or move a limit change what is atomic and unpark that thread, which looks at
 * everything itself before it parks again. The loop keeps the books under a lock: who lives there,
 * and who ends with whom. Delays and limits are timers of {@code TaskHost.alarms}; with a clock
 * that is not the system's, each thread waits by an alarm of that clock instead, so that a virtual
 * clock knows who is busy. {@code JoinableCoroutine}, {@code ScopedCoroutine} and {@code
 * SuspendingCoroutine}, scopes and supervisors are the same for both kinds.
 *
 * <p>The rest of this page is about coroutines that get turns.
 *
 * <h2>How a coroutine moves</h2>
 *
 * <p>A coroutine is either confined to the loop in its field {@code loop}, or unclaimed: it waits
 * for a turn, and belongs to the loop that is the first to {@code claim} it. Every coroutine is
 * unclaimed before its first turn. After that only its own loop can make it so, by {@code
 * CoroutineLoop.letGo}, and only while it is ready; it puts it among the {@code Newcomers} of a
 * loop first or last. While the loop stands in a long turn, the {@code Rescuer} does the same in
 * its place. The claim is one compare-and-set from CREATED to RUNNING. Who wins it writes {@code
 * loop} and alone writes the state from then on. The entries that are left in other queues are
 * ignored when their turn comes, or are a claim like any other if the coroutine is unclaimed again.
 *
 * <p>Three reasons lead to a move: {@code Backlog}, {@code Rescuer} and {@code Attraction}. What
 * may be in flight:
 *
 * <ul>
 *   <li><i>A timer or a limit</i>: a ready coroutine has no entry in the wheel. It was disarmed, or
 *       has expired, before it became ready; its next suspension arms the wheel of its new loop.
 *   <li><i>A resumption</i>: its message goes to the loop that the settling thread reads. A
 *       coroutine that waits for it is suspended, and so confined to that loop until the message
 *       comes. A message that finds the coroutine elsewhere is for a wait that has ended already.
 *   <li><i>A cancellation</i>: the canceller writes it and then reads {@code loop}; a loop that
 *       claims writes {@code loop} and reads the cancellation at the next suspension point. One of
 *       them sees the other. A message that came to a former loop is passed on; a coroutine that is
 *       unclaimed or runs needs none.
 *   <li><i>An interrupt</i>: a coroutine with an entry in {@code CallInterrupts} stays. A step or
 *       message that comes to a loop that the coroutine has left does nothing.
 *   <li><i>A call of the JDK</i>: a coroutine in such a call is suspended and not ready. Its
 *       continuation is submitted to the loop that {@code VirtualThreadPool} finds.
 *   <li><i>Children, scopes and joiners</i>: {@code End} and {@code Supervisor} may be used by any
 *       thread. The deadline of an open scope stays in the wheel in which it was armed, and is
 *       removed by a message.
 *   <li><i>Attached coroutines</i>, their owners, and those that have spawned one to stay with
 *       them: {@code Attachments} holds them on their loop, as a rate and {@code SpawnOptions} do.
 *   <li><i>Sockets</i>: a wait is registered with the loop of the coroutine that waits, and removed
 *       there by a message.
 *   <li><i>A dump</i>: an unclaimed coroutine is noted by the loop among whose newcomers it is,
 *       from what any thread may read. While coroutines move, a dump asks the loops again if some
 *       are missing.
 *   <li><i>A close</i>: the claiming loop takes its place before the former loop gives its own
 *       back, so the scheduler is not quiet in between. It cancels what it claims if it was told to
 *       cancel all.
 *   <li><i>The death of a loop</i>: a dead loop fails its residents, and its newcomers that belong
 *       to it; it gives others back to the loop that has let them go. The rescuer adds newcomers
 *       and then reads whether the loop is dead; a loop that dies does the reverse.
 *   <li><i>Memory</i>: {@code letGo} allocates nothing that it does not wait for.
 * </ul>
 *
 * <h2>Who owns what</h2>
 *
 * <p>Either a loop runs, or one of its coroutines has the turn, never both at the same time; in a
 * long turn the {@code Rescuer} may have entered, and both keep out. So what they share needs no
 * atomic operation; {@link io.tourbillon.coroutine.internal.engine.LoopConfined} marks it. Messages
 * of other threads come through the {@code Mailbox}.
 *
 * <pre>
 *   LoopScheduler          any thread: places coroutines
 *     Closing, Reports     any thread: ends the scheduler; calls handlers and the log
 *     DumpSnapshot         the thread that asks for a dump
 *     WorkStealing         any thread: which loop searches for newcomers of others
 *     CoroutineLoop        one thread; an EventLoop that knows coroutines
 *       Mailbox            any thread may send; the loop waits here
 *       LoopWheel          loop-confined: deadlines. PutOff: turns delayed by a rate
 *       Newcomers          any thread: unclaimed coroutines, for all loops to claim
 *       Thief              the loop: takes over newcomers of other loops
 *       Backlog, Attraction    loop-confined: which coroutines it lets go, and when
 *       TurnGate           lets the Rescuer of WorkStealing do so in a long turn
 *       Residents          loop-confined: coroutines that the loop has claimed
 *       ReadyQueue, TurnOrder, Turns    loop-confined: which coroutine is next, and for how long
 *       LoopCounts, LoopRecorder        the loop writes, any thread reads
 *       Attachments        loop-confined: coroutines that must stay on the loop
 *       CallInterrupts     loop-confined: interrupts of blocking calls
 *       CoroutineTask      loop-confined: turns
 *         SuspendingCoroutine  loop-confined: the body, and what it calls to suspend
 *         ScopedCoroutine    loop-confined: the stack of CancelScopes
 *         JoinableCoroutine  any thread: state, cancel, join; End holds the listeners
 *         Strand           the engine: the stack
 *       Settlement         one compare-and-set decides how a wait ends: ResumptionTask for a
 *                          coroutine, ThreadResumption for another thread, Subscription for a stage
 *   OpenScope              the coroutine or thread that opened it
 *     CancelScope.Children   in the owner's stack of scopes
 *     Supervisor           any thread, behind a lock: what the end of a child means
 *     Family               written by the owner, read by dumps
 * </pre>
 *
 * <h2>Code of users</h2>
 *
 * <p>A callback of users can block, or wait for a lock that a coroutine holds. So no loop calls one
 * directly. There are three ways, and ArchUnit and tests check that there is no other: {@code
 * LoopEngine.runTask} for tasks that belong on the loop, {@code LoopEngine.report} for handlers and
 * logs, and {@code CallInterrupts} and {@code BlockingCall} for interrupts, which close channels.
 * Decorators and listeners are called by the spawner and by the coroutine itself. A listener may
 * block there, and so let the loop go on: {@code SuspendingCoroutine} calls it only where nothing
 * is half done. The thread that asks for a text calls {@code toString} of a user's object.
 *
 * <h2>Memory and stack run out</h2>
 *
 * <p>A method either allocates before it changes anything, so that it can run again, or waits for
 * memory with {@code MemoryReserve.pause}, where what it does must not be lost. {@code
 * StackReserve.require} refuses a call that has too little stack left to finish.
 *
 * <h2>Where to start a change</h2>
 *
 * <ul>
 *   <li>A scheduling policy: add an order to {@code internal.loop.TurnOrder}, a case to the public
 *       {@code SchedulingPolicy}, and its mapping to {@code LoopScheduler.orderOf}.
 *   <li>An engine: extend {@code internal.engine.LoopEngine}, implement {@code Strand}, add a
 *       constant to the public {@code Engine}, and cases to {@code internal.scheduler.Engines}.
 *   <li>A count: add a constant to {@code internal.observe.LoopCounts.Count}, sum it in {@code
 *       internal.dump.StatsSnapshot}, show it in the public {@code CoroutineStats}, and publish it
 *       as a meter in {@code CoroutineMetrics} of the module metrics.
 *   <li>A recorded time: record it in {@code internal.observe.LoopRecorder}; the rest as for a
 *       count. An event of the flight recorder: add a class beside {@code SlowTurnEvent} and a
 *       method to {@code FlightRecorder}.
 *   <li>Which coroutines change the loop, and when: {@code WorkStealing}, {@code Backlog}, {@code
 *       Rescuer} and {@code Attraction} in {@code internal.loop}.
 *   <li>A method that a coroutine calls and that changes what is confined to its loop: see the list
 *       in {@code CoroutineLoop} of what must close the {@code TurnGate}.
 *   <li>What wakes a sleeping loop: {@code internal.loop.Mailbox}. Its class documentation shows
 *       why no wake-up is lost.
 *   <li>What a cancellation means in a part of the code: {@code CancelScope}. What the end of a
 *       child means for its siblings: {@code Supervisor}.
 *   <li>A new operation of {@code Coroutines}: declare it in {@code Kernel.Caller} and implement it
 *       in {@code SuspendingCoroutine}, or in {@code ScopedCoroutine} if it opens a scope.
 *   <li>What a dump shows: {@code internal.dump.Sighting}, then the public {@code CoroutineDump}.
 * </ul>
 */
@NullMarked
package io.tourbillon.coroutine.internal.task;

import org.jspecify.annotations.NullMarked;
