/**
 * Coroutines on event loops: {@link io.tourbillon.coroutine.CoroutineScheduler} makes them, {@link
 * io.tourbillon.coroutine.Coroutines} is what they can do, {@link io.tourbillon.coroutine.Engine}
 * is what carries their stacks.
 *
 * <h2>The life of a coroutine</h2>
 *
 * <ol>
 *   <li><b>spawn</b>: {@code LoopScheduler} makes a {@code CoroutineTask} and places it on the
 *       {@code CoroutineLoop} that has the fewest, by its mailbox, or directly if the caller is on
 *       that loop.
 *   <li><b>run</b>: when its turn comes the loop has the engine's {@code LoopEngine} make a {@code
 *       Strand}, which carries the stack, and resumes that. The body begins.
 *   <li><b>suspend</b>: a method of {@code Coroutines} notes what the coroutine waits for, and
 *       until when, and gives the turn back by the strand; then the loop arms an entry of its wheel
 *       if there is a time to be heeded. Or the body is in a blocking call of the JDK, on the
 *       engine whose strands are virtual threads: then the JDK gives the turn back, and asks the
 *       {@code VirtualThreadPool} for a timer if it needs one.
 *   <li><b>resume</b>: the entry of the wheel expires, or a {@code Resumption} is settled by
 *       whatever thread and comes to the loop as a message, or the JDK submits the thread again.
 *       The coroutine is made ready, and runs when its turn comes, in the order of the {@code
 *       SchedulingPolicy}; turns are given by {@code Turns}.
 *   <li><b>done</b>: the body has returned or thrown; the loop tells those who listen for the end.
 * </ol>
 *
 * <h2>Who owns what</h2>
 *
 * <pre>
 *   LoopScheduler ──────── any thread: places
 *     Closing, Reports ─── likewise: its end, and what users and the log are told of
 *     DumpSnapshot ─────── whoever asks for a dump
 *     CoroutineLoop ──────── one thread
 *       Mailbox ────────── any thread may send; where the loop rests
 *       LoopWheel ──────── what is due when; PutOff, whose turns are put off by their rate
 *       Residents ──────── its coroutines
 *       Turns, ReadyQueue, TurnOrder   who is next, and for how long
 *       LoopCounts, LoopRecorder       written here, read by any thread
 *       Attachments ────── which of its coroutines are to end with another
 *       Interruptions ──── which of them were interrupted, and for what
 *       CoroutineTask ──── the loop, or the coroutine itself while it has the turn
 *         JoinableCoroutine  its face for any thread: state, cancellation; End, the list of those
 *                            who want to know of it
 *         Scope ────────── likewise: limits, shields, children and locals around the code that runs
 *         Strand ───────── the engine: the stack
 *       Settlement ─────── one compare-and-set decides between a callback and a cancellation:
 *                          ResumptionTask of a coroutine, ThreadResumption of another thread;
 *                          Subscription, what a stage holds of who waits for it
 *   CoroutineScope ─────── its owner's; Children, behind a lock, what their ends mean for it;
 *                          Family, what a dump sees of that
 *   Suspension, Resumption, Waiters, Awaited, OrderlyEnd  what channels and locks are made of, in
 *                          packages of their own
 *   TimedWait, RealTimeWaits  timed waits of the JDK, in the loop's wheel
 *   internal.engine ────── how loops get threads and coroutines get strands: LoopEngine
 *     VirtualThread...     a virtual thread scheduled by the loop; VirtualThreadPool faces the JDK
 *     Continuation...      a raw continuation
 *     Handoff...           a stock virtual thread, and a flag that goes back and forth
 * </pre>
 *
 * <p>What coroutines share with each other and with threads, such as channels, stands on {@code
 * Suspension}, which anybody can use: it is in packages of its own, and knows no more of loops and
 * engines than users do. Tests stand on the same: {@code io.tourbillon.coroutine.testkit}.
 *
 * <p><b>Code of users that is no coroutine</b> can block, or wait for a lock that a coroutine
 * holds; so no loop calls it by itself. There are three ways, and tests that see to it that nothing
 * else does: {@code LoopEngine.runTask} for what is to run on the loop, {@code LoopEngine.report}
 * for handlers and logs, and {@code Interruption} and {@code BlockingCall} for interrupts, which
 * close channels of users. What puts objects of users into words does so in the thread that asks.
 *
 * <p>A loop and its coroutines are never at work at the same time, so what they share needs no
 * atomic operation. What comes from other threads comes by the mailbox.
 *
 * <h2>For those who come from elsewhere</h2>
 *
 * <p>Each of the names in the third column is the beginning of a test's name in package {@code
 * io.tourbillon.coroutine.migration} among the tests of this module, on the page of that system,
 * such as {@code ComingFromGoTest}. There it stands how it is done there, and below how it is done
 * here. What they have asked for in vain is in {@code AskedForInVainTest}.
 *
 * <table>
 *   <caption>What is to be done, with what here, and as what it is known elsewhere</caption>
 *   <tr><th>To be done<th>Here<th>Known as
 *   <tr><td>all at once; the first failure ends the others
 *       <td>CoroutineScope.gather, or a scope with Policy.FAIL_FAST
 *       <td>asyncio: gather, TaskGroup; Go: errgroup; Kotlin: coroutineScope; Trio: nursery;
 *           Tornado: gen.multi; Twisted: gatherResults
 *   <tr><td>all at once; each fails for itself
 *       <td>Policy.SUPERVISE; Coroutine.awaitAll
 *       <td>gevent: joinall; Kotlin: supervisorScope; Twisted: DeferredList
 *   <tr><td>the first of several
 *       <td>Coroutine.awaitAny, CoroutineScope.race and firstSuccess
 *       <td>asyncio: wait
 *   <tr><td>each as it is ready
 *       <td>Channel.asCompleted
 *       <td>asyncio: as_completed; gevent: iwait; Tornado: WaitIterator
 *   <tr><td>so many are under way
 *       <td>WaitGroup
 *       <td>Go: WaitGroup
 *   <tr><td>at most so many at a time
 *       <td>Semaphore
 *       <td>asyncio: Semaphore; gevent: Pool, Pool.spawn; Go: semaphore channel;
 *           Kotlin: limitedParallelism, Semaphore; Trio: CapacityLimiter; Tornado: BoundedSemaphore;
 *           Twisted: DeferredSemaphore
 *   <tr><td>workers that share what there is to do
 *       <td>Channel, iterated by each
 *       <td>asyncio: Queue; Go: worker pool
 *   <tr><td>a queue
 *       <td>Channel.buffered, rendezvous, unlimited
 *       <td>gevent: Queue, Queue.get; Kotlin: onUndeliveredElement; Trio: memory channel;
 *           Tornado: Queue.put; Twisted: DeferredQueue
 *   <tr><td>a queue in another order
 *       <td>any of the JDK's, and a Semaphore that counts what is in it
 *       <td>asyncio: PriorityQueue
 *   <tr><td>the first thing that happens, of several
 *       <td>Select
 *       <td>Go: select, fan-in; Kotlin: select
 *   <tr><td>the end told to everybody
 *       <td>Channel.close, or an Event
 *       <td>Go: close
 *   <tr><td>stages, each ahead of the next by so much
 *       <td>Channel.produce
 *       <td>Go: pipeline; Kotlin: produce
 *   <tr><td>the latest only
 *       <td>Channel.conflated
 *       <td>Kotlin: conflate
 *   <tr><td>one that receives messages
 *       <td>a coroutine that iterates a Channel
 *       <td>Kotlin: actor
 *   <tr><td>everything told to each of several
 *       <td>the JDK's SubmissionPublisher, and Publishers.read by each
 *       <td>Kotlin: SharedFlow
 *   <tr><td>a limit in time
 *       <td>Coroutines.withTimeout, or CoroutineScope.run with a limit; catch their
 *           TimeoutException to move on
 *       <td>asyncio: wait_for; gevent: Timeout; Go: context.WithTimeout;
 *           Kotlin: withTimeoutOrNull; Trio: fail_after, move_on_after; Tornado: gen.with_timeout;
 *           Twisted: Deferred.addTimeout
 *   <tr><td>a limit that is moved
 *       <td>CoroutineScope.timeout again
 *       <td>asyncio: timeout
 *   <tr><td>a limit that loses nothing
 *       <td>Coroutines.withTimeout with someone for what comes too late
 *       <td>Kotlin: withTimeout
 *   <tr><td>ending another, and waiting for its clean-up
 *       <td>Coroutine.cancel, then join or awaitAll
 *       <td>asyncio: create_task; gevent: kill, killall; Go: context.WithCancelCause;
 *           Kotlin: cancelAndJoin; Trio: Cancelled, CancelScope.cancel; Twisted: Deferred.cancel
 *   <tr><td>not to be disturbed
 *       <td>Coroutines.shield with a bounded grace; what others spawn
 *       <td>asyncio: shield; Trio: shield
 *   <tr><td>its result, its failure, what follows
 *       <td>Coroutine.join, toFuture
 *       <td>gevent: get, link; Kotlin: invokeOnCompletion
 *   <tr><td>failures that nobody has seen
 *       <td>Builder.uncaughtHandler
 *       <td>Kotlin: CoroutineExceptionHandler
 *   <tr><td>a result that someone else provides
 *       <td>CompletableFuture, and Coroutines.await
 *       <td>asyncio: Future; gevent: AsyncResult; Twisted: Deferred, inlineCallbacks
 *   <tr><td>a callback turned into waiting
 *       <td>Coroutines.suspend
 *       <td>Kotlin: suspendCancellableCoroutine
 *   <tr><td>has it begun
 *       <td>CompletableFuture in a scope
 *       <td>Trio: nursery.start
 *   <tr><td>something that happens once, awaited by many
 *       <td>Event
 *       <td>asyncio: Event; gevent: Event; Trio: Event; Tornado: Event
 *   <tr><td>once only, and all have the result
 *       <td>a coroutine that is spawned once, and joined
 *       <td>Go: Once
 *   <tr><td>one at a time
 *       <td>Mutex
 *       <td>asyncio: Lock; Go: Mutex; Kotlin: Mutex
 *   <tr><td>many who read, one who writes
 *       <td>Semaphore; a writer acquires all permits
 *       <td>Go: RWMutex
 *   <tr><td>until something has changed
 *       <td>Mutex.newCondition
 *       <td>asyncio: Condition; Go: Cond; Tornado: Condition.wait
 *   <tr><td>so many in a time
 *       <td>RateLimiter
 *       <td>Go: rate.Limiter
 *   <tr><td>again and again
 *       <td>Ticker; or timers().scheduleAtFixedRate
 *       <td>Go: Ticker; Tornado: PeriodicCallback; Twisted: LoopingCall, LoopingCall.withCount
 *   <tr><td>once, later
 *       <td>timers().schedule, and its TimerHandle
 *       <td>asyncio: call_later; Go: AfterFunc; Tornado: call_later; Twisted: callLater
 *   <tr><td>sleeping
 *       <td>Coroutines.delay
 *       <td>Tornado: gen.sleep
 *   <tr><td>letting others go first
 *       <td>Coroutines.yieldNow, checkpoint
 *       <td>gevent: sleep(0); Trio: checkpoint; Twisted: cooperate
 *   <tr><td>onto a loop, from anywhere
 *       <td>CoroutineScheduler.spawn
 *       <td>Tornado: add_callback
 *   <tr><td>what blocks
 *       <td>Coroutines.blocking; or a pool of one's own, and await
 *       <td>asyncio: to_thread, run_in_executor; gevent: threadpool; Kotlin: withContext;
 *           Tornado: run_in_executor;
 *           Twisted: deferToThread
 *   <tr><td>what goes with a request
 *       <td>CoroutineLocal
 *       <td>asyncio: ContextVar; gevent: local; Go: context.WithValue
 *   <tr><td>values one by one
 *       <td>Generator, as Iterable and Stream
 *       <td>asyncio: async generator; Kotlin: flow, sequence; Python generators: for loop, next,
 *           recursion, pipeline, itertools, zip, round robin
 *   <tr><td>values sent in, exceptions, the end
 *       <td>TwoWayGenerator.send, raise; Generator.close; Yielder.yieldAll
 *       <td>Python generators: send, throw, close, yield from, consumer, contextmanager
 *   <tr><td>a server, a coroutine for each connection
 *       <td>CompletionHandlers, and the JDK's asynchronous channels
 *       <td>asyncio: start_server; gevent: StreamServer; Go: net.Listen; Tornado: TCPServer;
 *           Twisted: LineReceiver
 *   <tr><td>time in tests
 *       <td>testkit.Simulation; VirtualClock
 *       <td>Trio: autojump_clock; Twisted: task.Clock; asked for in vain: grace
 *   <tr><td>who goes first
 *       <td>SchedulingPolicy, SpawnOptions.withPriority, CoroutineGroup
 *       <td>asked for in vain: priority, fairness, deadline
 *   <tr><td>how often one may go on
 *       <td>SpawnOptions.withRate
 *       <td>asked for in vain: rate
 *   <tr><td>who it was, and why
 *       <td>CoroutineCancelledException.source and reason
 *       <td>asked for in vain: source
 *   <tr><td>a timeout, or a cancellation, that comes with a value
 *       <td>Channel
 *       <td>asked for in vain: hand-over
 *   <tr><td>what it waits for
 *       <td>Coroutine.waitsFor; CoroutineScheduler.dump
 *       <td>asked for in vain: who keeps whom waiting
 *   <tr><td>code that knows nothing of this
 *       <td>CoroutineScheduler.threadFactory
 *       <td>asked for in vain: unmodified code
 * </table>
 *
 * <h2>What a dump shows</h2>
 *
 * <p>{@link io.tourbillon.coroutine.CoroutineScheduler#dump} gives a {@link
 * io.tourbillon.coroutine.CoroutineDump}: a tree of coroutines with what each waits for, since when
 * and until when at the most, and cycles of those who wait for each other:
 *
 * <pre>
 *   3 coroutines
 *   deadlock: a waits for b (locking right, held by b); b waits for a (locking left, held by a)
 *   server SUSPENDED for 2 min 3 s on the children of a scope; coroutine-loop-0
 *     a SUSPENDED for 2 min 3 s on locking right, held by b; coroutine-loop-1
 *     b SUSPENDED for 2 min 3 s on locking left, held by a; coroutine-loop-0
 * </pre>
 *
 * <p>{@code DumpSnapshot} makes it: {@code CoroutineLoop} notes a {@code Sighting} of each
 * coroutine, {@code WaitForGraph} follows what is {@link io.tourbillon.coroutine.Awaited} to its
 * holders. A process that hangs can be asked for one from outside, if it was prepared by a line
 * with {@link io.tourbillon.coroutine.bridge.DumpSignal}.
 *
 * <h2>What the flight recorder shows</h2>
 *
 * <p>While the JDK's flight recorder takes them, and at the price of a flag otherwise: {@code
 * tourbillon.SlowTurn}, {@code tourbillon.LoopStall} with the stack, {@code tourbillon.LateDelay}.
 */
@NullMarked
package io.tourbillon.coroutine;

import org.jspecify.annotations.NullMarked;
