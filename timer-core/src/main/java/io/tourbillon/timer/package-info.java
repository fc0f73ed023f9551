/**
 * The timer service: {@link io.tourbillon.timer.TimerService}, thread-safe, on top of
 * single-threaded {@linkplain io.tourbillon.timer.wheel wheels}.
 *
 * <h2>The life of a timer</h2>
 *
 * <p>A timer goes one way: service, shard, wheel. Handles, ids and executor views all take it.
 *
 * <ol>
 *   <li><b>schedule</b> (or arm): {@code ShardedTimerService} checks the arguments, reads the
 *       clock, rounds the deadline up to a tick with the {@code TickScale}, and picks the {@code
 *       Shard} of the calling thread. A tag, a decorator's wrapper or the creation site of a task
 *       without a handle travel with the task in a {@code NotedTask}.
 *   <li><b>arm</b>: {@code AbstractShard} takes a permit from the {@code PendingLimit} and inserts
 *       the timer into one of its two wheels under its lock. If that fails, the permit is given
 *       back. A task without a handle goes into the {@code TimingWheel}, which gives it an id. A
 *       timer with a handle is an object of its own, a {@code ScheduledTimer}, and with a period a
 *       {@code PeriodicTimer}; it is an entry of the {@code EntryWheel}.
 *   <li><b>wake</b>: if the deadline is earlier than the tick that the {@code Driver} is waiting
 *       for, the {@code Waker} wakes it.
 *   <li><b>cancel</b> and <b>rearm</b> go to the same shard, which the handle or the id names, and
 *       are decided under its lock.
 *   <li><b>advance</b>: when the tick has come, the driver's thread takes the timers of that tick
 *       out of each wheel, under the lock, into a {@code Batch} of at most 256. A timer without a
 *       handle has fired now.
 *   <li><b>fire</b>: without a lock, {@code TaskRunner} runs the batch task by task, or {@code
 *       ExecutorHandOff} hands each task to the executor as a {@code HandedOver}. A timer with a
 *       handle has fired when its task <b>begins</b>; until then it can be cancelled. Exceptions
 *       end here and go to the handler.
 *   <li><b>settle</b>: after a run the shard arms a periodic timer again, or gives its permit back
 *       if it was cancelled while it ran, stops after an exception, or the service was shut down.
 *   <li><b>shutdownNow</b>: {@code ShardGroup} takes what is left out of the shards, and {@code
 *       HandBack} returns it. {@code Termination} waits for the driver and the executor.
 * </ol>
 *
 * <h2>Timers that are a number each</h2>
 *
 * <p>A timer of {@link io.tourbillon.timer.LongTimers} goes the same way. It is a payload in a
 * {@link io.tourbillon.timer.wheel.LongWheel}, of which every shard has one for each LongTimers
 * that has armed a timer there: {@link io.tourbillon.timer.internal.longs.LongWheels}. {@code
 * ShardedLongTimers} arms and cancels under the lock of the shard. The shard takes what is due into
 * the same batch, after its other timers of that tick, so the driver treats all of them alike. The
 * driver has one task object for all payloads of a LongTimers, and sets it to one payload after the
 * other. An executor or an exception handler gets an object of its own for each payload.
 *
 * <p>The wheels of a shard give ids of one space, and the sign tells these ids from those of other
 * timers, see {@link io.tourbillon.timer.internal.TimerId}. So an id that is given to the wrong
 * LongTimers cancels nothing. The ids of a LongTimers that was shut down are not given again
 * either: its wheels go to the next one that is made. A service without LongTimers pays the reading
 * of a field where it looks at its wheels.
 *
 * <h2>The timers of executor views</h2>
 *
 * <p>The tasks of a {@link io.tourbillon.timer.ScheduledExecutorView} run in the exact order of the
 * JDK's executors, which several shards cannot give. So the views of a service share one {@code
 * OrderedShard}: an {@link io.tourbillon.timer.internal.ordered.OrderedQueue} and its lock. The
 * driver takes its timers out one by one, each before the other timers of its tick.
 *
 * <p>This order costs one lock for all threads that submit, as in the JDK's own executor, and a
 * sequence number. Each delayed task moves from the wheel into a heap, where the tasks of one tick
 * are sorted. A task without a delay costs neither wheel nor heap: it is linked into a list, and
 * the driver runs it as soon as it is free. The other timers of a service pay nothing: the driver
 * looks at this shard as at any other, and there is no such shard before the first view.
 *
 * <h2>Timers for a time of the wall clock</h2>
 *
 * <p>The driver lives in the time of one monotonic clock. A {@code WallTimer} is armed for the
 * delay that is left by the wall clock, and {@code WallClock} corrects that delay when the two
 * clocks have moved apart.
 *
 * <h2>Services without a thread</h2>
 *
 * <p>The steps of the {@code Driver} are taken by its host: the {@code DriverThread}, which rests
 * in between, or the thread that polls a {@link io.tourbillon.timer.PolledTimerService}. A confined
 * service has one shard, and a {@code Confinement} in the place of its lock: each operation makes
 * sure that the caller is the owner, by one comparison. A shared one has shards and locks as any
 * service, and its {@code Waker} calls the wakeup of the user in the place of an alarm.
 *
 * <h2>Services that are dropped</h2>
 *
 * <p>Nothing that the driver's thread refers to refers to the service object, except tasks of users
 * and of executor views while they are pending. So the {@code DropWatch} learns from the garbage
 * collector that a service was dropped, and its driver ends once nothing is pending. What arms
 * timers keeps the service reachable until they are pending.
 *
 * <h2>What the driver survives</h2>
 *
 * <ul>
 *   <li><b>A full heap.</b> An operation allocates before it changes anything. The driver releases
 *       memory that it has reserved, waits a millisecond, and repeats the turn. The code that runs
 *       between the removal of a timer from a wheel and its task allocates nothing, or waits for
 *       memory.
 *   <li><b>A full stack of a caller.</b> Each operation first makes sure that the stack has room
 *       for all its calls, see {@link io.tourbillon.timer.internal.StackReserve}.
 *   <li><b>A full heap or stack at the first use of an operation.</b> A class whose initialisation
 *       fails stays unusable, so {@code FirstUse} initialises all classes while a service or a view
 *       is made. Operations use no lambdas.
 *   <li><b>Exceptions and errors from user code</b>: from a task, a listener, a handler, a logger,
 *       an executor, or a {@code toString}.
 *   <li>A bug in the driver ends it. Then every shard refuses timers before anything else is done,
 *       and what was pending is handed back.
 * </ul>
 *
 * <h2>Who owns what</h2>
 *
 * <table>
 *   <caption>Threads and data</caption>
 *   <tr><th>data</th><th>written by</th><th>guarded by</th></tr>
 *   <tr><td>wheels, phases of timers, counts and measures</td><td>callers and driver</td><td>the lock of the shard; a timer leaves the phase TAKEN by compare-and-set, see {@code ScheduledTimer}</td></tr>
 *   <tr><td>members of a group</td><td>callers and driver</td><td>the lock of the group</td></tr>
 *   <tr><td>wheels of numbers</td><td>callers and driver</td><td>the lock of the shard</td></tr>
 *   <tr><td>queue of the views</td><td>callers and driver</td><td>its lock</td></tr>
 *   <tr><td>a task that was handed over</td><td>driver and executor</td><td>its monitor, see {@code HandedOver}</td></tr>
 *   <tr><td>batch</td><td>driver</td><td>confined to the driver</td></tr>
 *   <tr><td>the tick that the driver waits for</td><td>driver, and callers while it searches</td><td>see {@code Waker}</td></tr>
 *   <tr><td>permits</td><td>callers and driver</td><td>compare-and-set, and a lock for moves between stripes</td></tr>
 *   <tr><td>the serial number of the running task</td><td>driver</td><td>see {@code Watchdog}</td></tr>
 * </table>
 *
 * <p>No task, listener, handler or executor is ever called under a lock, and no lock is taken under
 * another.
 *
 * <h2>What can be seen from outside</h2>
 *
 * <p>{@link io.tourbillon.timer.TimerService#stats} reports what has happened so far, if the
 * service was built to record it. Counts and distributions are in the {@code ShardStats} of each
 * shard, under the lock of the shard. A thread that records something mostly holds this lock
 * anyway; only the wait and run time of a task take it extra, and large batches record samples of
 * these. The numbers of timers scheduled and cancelled follow from what the wheel and the shard
 * know, so arming and cancelling cost the same with and without statistics. {@code StatsSnapshot}
 * adds up the shards, one after the other.
 *
 * <p>The flight recorder of the JDK takes these events, whether or not statistics are recorded. The
 * service needs no setting for that.
 *
 * <table>
 *   <caption>Events, in the category Tourbillon</caption>
 *   <tr><th>event</th><th>when</th><th>fields</th></tr>
 *   <tr><td>{@code tourbillon.SlowTask}</td><td>a task ran for longer than the recording's
 *       threshold, 10 ms by default</td><td>task, timerId, waitTime, runTime</td></tr>
 *   <tr><td>{@code tourbillon.LateTimer}</td><td>timers were taken out of the wheel more than 10 ms
 *       late; one event for all of a batch</td><td>timerId and lateness of the latest,
 *       lateTimers</td></tr>
 *   <tr><td>{@code tourbillon.Pause}</td><td>the driver was late by the service's pauseThreshold,
 *       for another reason than a task</td><td>lateBy</td></tr>
 *   <tr><td>{@code tourbillon.Stall}</td><td>the watchdog, if there is one, has found a task that
 *       holds the driver</td><td>driver, heldFor, driverStack</td></tr>
 * </table>
 *
 * <pre>
 *   jcmd PID JFR.start name=timers
 *   jcmd PID JFR.dump name=timers filename=timers.jfr
 *   jfr print --categories Tourbillon timers.jfr
 * </pre>
 *
 * <p>A recording takes all four events unless its settings say otherwise. A recording that begins
 * while a service runs takes them some milliseconds later: a service does not touch the recorder
 * until something else uses it, as that would hold up the first timer by a hundred milliseconds.
 * While nothing is recorded, the events cost the reading of a flag or two for each batch. While
 * slow tasks are recorded, every run is timed by the clock of the service and by that of the
 * recorder. Settings are those of any event, after a plus sign because no configuration of the JDK
 * knows these events: {@code JFR.start +tourbillon.SlowTask#threshold=1ms}, {@code
 * +tourbillon.LateTimer#enabled=false}. In a runtime without the module {@code jdk.jfr} there are
 * no events; a modular program may need {@code --add-modules jdk.jfr}.
 *
 * <h2>Deliberate differences from other timers</h2>
 *
 * <ul>
 *   <li>Timers of one tick fire in no particular order, except the tasks of executor views. Timers
 *       of different ticks fire in the order of their ticks, across all shards. For this the driver
 *       looks at every shard once for each tick in which something is due, which costs some 20 ns a
 *       shard.
 *   <li>A cancel by id returns false once a batch has taken the timer, even if the task has not
 *       begun: an id has no object that could record a later cancel. A handle has one, and leaving
 *       its phase costs one compare-and-set for each firing.
 *   <li>Lateness in the statistics is counted from the end of the tick, because wheels store ticks
 *       and not nanoseconds; the requested deadline is up to one tick earlier.
 *   <li>A page of entries is freed when the last of its 1024 timers has ended, so a few long timers
 *       can hold more memory than they need.
 * </ul>
 */
@NullMarked
package io.tourbillon.timer;

import org.jspecify.annotations.NullMarked;
