package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.Attraction;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Expiry;
import io.tourbillon.coroutine.internal.loop.LoopTask;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.loop.Poller;
import io.tourbillon.coroutine.internal.loop.TurnOrder;
import io.tourbillon.coroutine.internal.loop.Uninterruptibly;
import io.tourbillon.coroutine.internal.loop.WorkStealing;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.LoopFigures;
import io.tourbillon.coroutine.internal.observe.Stamp;
import io.tourbillon.coroutine.internal.surround.ListenedBody;
import io.tourbillon.coroutine.internal.surround.Surroundings;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that knows coroutines. The package documentation tells how they move between loops.
 *
 * <p><b>Who may touch what.</b> Any thread may use the newcomers and the counts of coroutines and
 * threads. Everything else is loop-confined.
 *
 * <p><b>The gate.</b> While a coroutine has the turn for long, the {@code Rescuer} lets go of
 * others in place of the loop, by {@link #letGoInTurn}. It reads the ready queue, the current task,
 * {@link Attachments}, {@link CallInterrupts}, and of each coroutine the loop, state, strand and
 * timer; it changes the residents, the counts PRESENT and LET_GO, the state of those that it lets
 * go, and makes their strands strays. The loop itself closes the gate when the turn is over. The
 * coroutine that has the turn closes it, with {@link #closeGate}, where it does one of these:
 *
 * <ul>
 *   <li>It adds a resident, or walks through the residents: {@link #keep}, {@link #cancelAll},
 *       {@link #some}.
 *   <li>It changes what holds coroutines here: {@link #attach}, {@link #anchor}, and {@link
 *       CallInterrupts#forget}.
 *   <li>It passes a coroutine on that it has resumed: {@link #handOver}.
 *   <li>It takes its own turn back, since it cannot be suspended: {@code EventLoop.takeBack}. It
 *       makes another task ready, if the order of turns has no end to add at: {@code
 *       EventLoop.makeReady}. An order by arrival has: see {@code ArrivalRing}.
 *   <li>It notes coroutines for a dump, and so reads what is confined to this loop: {@link
 *       #tellAll}.
 * </ul>
 *
 * <p>A coroutine that it makes ready by {@code CoroutineTask.makeReady} may be on another loop at
 * once, since it can have older entries in the ready queue. So code of the loop that makes a
 * coroutine ready must not use that coroutine afterwards.
 */
public sealed class CoroutineLoop extends EventLoop permits PlainLoop {
  /** How often to sum up {@link #live} at most. */
  private static final int MOST_SUMS = 20;

  /**
   * How often a loop must resume a coroutine to attract it, if turns on both loops are too short to
   * be worth moving.
   */
  private static final long SELDOM_NANOS = 1_000_000;

  /** The same if they are long: then two loops are better than one for sides that compute. */
  private static final long OFTEN_NANOS = 30_000;

  /** So much longer may be the wait for a turn on the loop that attracts, if turns are short. */
  private static final long LONGER_WAIT_NANOS = 10_000;

  private final TaskHost scheduler;

  private final int number;

  /** The coroutines that this loop has claimed, and that have not ended or left. */
  private final Residents residents = new Residents();

  /** Null if no loop attracts coroutines of another. */
  private final @Nullable Attraction attraction;

  private final Attachments attachments = new Attachments();
  private final PutOff putOff;
  final CallInterrupts interrupts = new CallInterrupts(this);

  // Places that coroutines took and gave back, ever. Both only grow: see LoopScheduler.isQuiet.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong givenBack = new AtomicLong();

  /** Turns that the watchdog reported. */
  private final AtomicInteger stalls = new AtomicInteger();

  /** Coroutines that came after the loop had died. */
  private final AtomicLong refused = new AtomicLong();

  /** Those of them that another loop had let go. */
  private final AtomicLong refusedInMove = new AtomicLong();

  private final @Nullable WorkStealing stealing;

  /** Threads of {@code threadFactory} on this loop that have not ended. */
  private final AtomicInteger guests = new AtomicInteger();

  /** See {@link Options#mix}. */
  private final int mix;

  /** Kept here since every suspension asks; false without a listener. */
  private final boolean tellsTurns;

  private long mixed;
  private boolean finishing;
  private boolean cancelling;

  /**
   * Creates a loop that is not started.
   *
   * @param number the number of the loop, for its name
   * @param options the options that the loops of a scheduler share
   */
  public CoroutineLoop(TaskHost scheduler, int number, Options options) {
    super(
        scheduler.name() + "-loop-" + number,
        options.clock,
        options.scale,
        options.newOrder.get(),
        options.budgetNanos,
        options.recordStats,
        options.stealing,
        options.newEngine,
        options.pollers);
    this.scheduler = scheduler;
    this.number = number;
    Surroundings around = scheduler.surroundings();
    tellsTurns = around != null && around.tellTurns();
    stealing = options.stealing;
    mix = stealing != null && engine().canMove() ? options.mix : 0;
    attraction = stealing != null && engine().isFasterTogether() ? new Attraction() : null;
    putOff = new PutOff(this, options.clock, options.scale);
  }

  /**
   * The options that the loops of a scheduler share.
   *
   * @param scale its time begins when the scheduler was made
   * @param newOrder makes the order of turns for a loop
   * @param budgetNanos the limit of {@link #isOverBudget}
   * @param recordStats whether lateness and turns are measured
   * @param newEngine makes the engine for a loop
   * @param stealing null if no loop takes over coroutines of others
   * @param mix one of so many turns is not given, and the coroutine goes to another loop; 0 for
   *     none
   * @param pollers makes what the loops rest in; null for the alarm of the clock
   */
  public record Options(
      Clock clock,
      TickScale scale,
      Supplier<TurnOrder> newOrder,
      long budgetNanos,
      boolean recordStats,
      Function<EngineLoop, LoopEngine> newEngine,
      @Nullable WorkStealing stealing,
      int mix,
      Poller.@Nullable Factory pollers) {}

  /**
   * Runs an action on each loop, and waits until each has completed it or has ended.
   *
   * @param patience how long to wait for all of them
   * @param something the action; it gets the loop, and a callback that it must call at its end
   * @return false if a loop did not complete the action in time
   */
  public static boolean tellAll(
      Collection<CoroutineLoop> loops,
      Duration patience,
      BiConsumer<CoroutineLoop, Runnable> something) {
    List<CompletableFuture<?>> told = new ArrayList<>();
    for (CoroutineLoop loop : loops) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      if (loop.ask(() -> loop.doAlone(() -> something.accept(loop, () -> done.complete(true))))) {
        told.add(done);
      }
    }
    return Uninterruptibly.isDoneWithin(
        CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new)), patience);
  }

  /** Keeps the rescuer out meanwhile. Called by the loop, or by the coroutine that has the turn. */
  private void doAlone(Runnable something) {
    long turn = closeGate();
    try {
      something.run();
    } finally {
      reopenGate(turn);
    }
  }

  /**
   * Returns how many coroutines of some loops have not ended. While coroutines move, that is a sum
   * of what was at different times; so this sums up until no place was taken meanwhile, or for a
   * number of times.
   */
  public static int live(Collection<CoroutineLoop> loops) {
    int live;
    long takenBefore;
    int attempts = 0;
    do {
      takenBefore = taken(loops);
      live = loops.stream().mapToInt(CoroutineLoop::live).sum();
      attempts++;
    } while (taken(loops) != takenBefore && attempts < MOST_SUMS);
    return live;
  }

  private static long taken(Collection<CoroutineLoop> loops) {
    return loops.stream().mapToLong(CoroutineLoop::taken).sum();
  }

  // May be called by any thread.

  String schedulerName() {
    return scheduler.name();
  }

  public TaskHost scheduler() {
    return scheduler;
  }

  /** Notes where a coroutine of this loop is resumed. Called on that loop, before this knows. */
  void noteResumption(ResumptionTask<?> settled, CoroutineLoop here) {
    if (attraction == null) {
      return;
    }
    if (equals(here)) {
      settled.settledAtHome();
    } else if (here.number < Byte.MAX_VALUE && here.scheduler.equals(scheduler)) {
      settled.settledOn(here);
    }
  }

  /** Returns whether it has less to do than another, or as much and fewer coroutines. */
  public boolean isLessLoadedThan(CoroutineLoop other) {
    long more = work() - other.work();
    return more < 0 || (more == 0 && live() + guests() < other.live() + other.guests());
  }

  /** Returns how many tasks are to run here, about. */
  private long work() {
    if (isDead()) {
      return Long.MAX_VALUE / 2;
    }
    long waiting = counts().get(Count.READY) + mail();
    return isFree() ? waiting : waiting + 1;
  }

  /** Sends a message, unless nobody will read it. Returns whether it was sent. */
  boolean ask(Message message) {
    if (isDead() || hasEnded()) {
      return false;
    }
    tell(message);
    return true;
  }

  /** Returns the number of coroutines that run now; other threads may see a stale value. */
  public int running() {
    return current() == null ? 0 : 1;
  }

  /** Returns the number of coroutines that have a place here. */
  public int live() {
    long gone = givenBack.get(); // Read first, since it must not exceed the places that were taken.
    return (int) (taken.get() - gone);
  }

  /** Returns its number; the first loop of a scheduler has 0. */
  int number() {
    return number;
  }

  /**
   * Returns the number of coroutines that this loop has claimed, and that have not ended or left.
   */
  public int residents() {
    return (int) counts().get(Count.PRESENT);
  }

  /** Returns the number of places that were ever taken here. */
  public long taken() {
    return taken.get();
  }

  /** Returns the number of places that were ever given back here. */
  public long givenBack() {
    return givenBack.get();
  }

  public int guests() {
    return guests.get();
  }

  /** Returns the number of coroutines that failed because they came after the loop had died. */
  public long refused() {
    return refused.get();
  }

  /**
   * Returns how many coroutines this loop has let go, less those that it has claimed of all that
   * were let go. The sum over all loops is the number that wait for a loop to claim them.
   */
  public long letGoes() {
    return counts().get(Count.LET_GO) - refusedInMove.get();
  }

  /** Counts a turn that the watchdog reported. */
  void stalled() {
    stalls.incrementAndGet();
  }

  public LoopStats stats() {
    return new LoopFigures(
        name(),
        live(),
        counts().get(Count.READY),
        mail(),
        counts().get(Count.BUSY_NANOS),
        counts().get(Count.SWITCHES),
        counts().get(Count.TAKEN_OVER),
        stalls.get(),
        isDead());
  }

  /**
   * Takes in a coroutine that has a place here. If its options allow it, it may begin on another
   * loop instead, which takes it over.
   */
  void accept(CoroutineTask<?> coroutine) {
    if (isOffered(coroutine)) {
      coroutine.waitsSince(isHere() ? stamp() : Stamp.of(elapsedNanos()));
    }
    acceptAndOffer(coroutine);
  }

  /** Takes a place for a coroutine that will be accepted. */
  public void takePlace() {
    taken.incrementAndGet();
  }

  /** Gives a place back. Notifies the scheduler if no coroutine is left here. */
  public void givePlace() {
    if (givenBack.incrementAndGet() == taken.get()) {
      scheduler.loopIsQuiet();
      if (scheduler.isShutdown() && !hasEnded()) {
        tell(() -> {}); // Its thread may have seen the place as taken, and rest. It can end now.
      }
    }
  }

  /**
   * Returns a new virtual thread on this loop for code that does not know coroutines. It counts as
   * a guest from now until it has ended.
   */
  public Thread newGuest(String name, Runnable task) {
    Thread guest =
        engine()
            .newGuest(
                name,
                () -> {
                  try {
                    task.run();
                  } finally {
                    guests.decrementAndGet();
                  }
                });
    guests.incrementAndGet();
    return guest;
  }

  @Override
  public @Nullable CoroutineTask<?> current() {
    return (CoroutineTask<?>) super.current();
  }

  @Override
  protected @Nullable Watchdog<?> newWatchdog(Thread thread) {
    return scheduler.reports().newWatchdog(this, thread);
  }

  /** Returns what the watchdog reports about the current turn. */
  LoopStall look(long heldNanos) {
    CoroutineTask<?> running = current();
    Thread own = running == null ? null : running.thread();
    Thread busy = own == null ? Objects.requireNonNull(thread()) : own;
    return new LoopStall(
        name(),
        Optional.ofNullable(running).map(CoroutineTask::name),
        heldNanos,
        Arrays.asList(busy.getStackTrace()));
  }

  /** Refuses a coroutine, unless its own loop lives and has let it go: that one gets it back. */
  @Override
  protected void refuse(LoopTask task, IllegalStateException causeOfDeath) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    if (isGivenBack(coroutine) || !coroutine.claim()) {
      return;
    }
    if (coroutine.hasBegun()) {
      refusedInMove.incrementAndGet();
    }
    if (coroutine.abandon(causeOfDeath)) {
      refused.incrementAndGet();
    }
  }

  /**
   * Gives an unclaimed coroutine back to the loop to which it belongs. Returns false if that is
   * this loop, which is dead, or another dead one. Called by any thread.
   */
  private boolean isGivenBack(CoroutineTask<?> coroutine) {
    CoroutineLoop owner = coroutine.loop();
    if (owner.equals(this) || owner.isDead()) {
      return false;
    }
    owner.acceptAndOffer(coroutine);
    return true;
  }

  @Override
  protected void notRevived(Throwable failure) {
    scheduler.reports().notRevived(this, failure);
  }

  // Called by the thread of the loop.

  @Override
  protected boolean isFinished() {
    return finishing && live() == 0;
  }

  @Override
  protected void died(IllegalStateException causeOfDeath) {
    try {
      scheduler.reports().loopDied(this, Objects.requireNonNull(causeOfDeath.getCause()));
    } finally {
      abandonAll(causeOfDeath);
    }
  }

  /** Fails all coroutines of a dead loop. Waits for memory if there is none. */
  void abandonAll(IllegalStateException causeOfDeath) {
    while (true) {
      try {
        for (SuspendingCoroutine<?> coroutine : residents.all()) {
          int suspended = coroutine.state() == Coroutine.State.SUSPENDED ? 1 : 0;
          if (coroutine.abandon(causeOfDeath)) {
            counts().add(Count.PRESENT, -1);
            counts().add(Count.SUSPENDED, -suspended);
            counts().add(Count.FAILED, 1);
          }
        }
        for (LoopTask task : newcomers().all()) {
          abandonNewcomer((CoroutineTask<?>) task, causeOfDeath);
        }
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private void abandonNewcomer(CoroutineTask<?> coroutine, IllegalStateException causeOfDeath) {
    if (isGivenBack(coroutine) || !coroutine.claim()) {
      return;
    }
    if (coroutine.hasBegun()) {
      counts().add(Count.LET_GO, -1);
    }
    if (coroutine.abandon(causeOfDeath)) {
      counts().add(Count.FAILED, 1);
    }
  }

  @Override
  protected void failed(Object task, Throwable failure) {
    engine().report(() -> scheduler.reports().taskFailed(this, task, failure));
  }

  @Override
  protected void waitsInRealTime(@Nullable LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    execute(() -> engine().report(() -> scheduler.reports().waitsInRealTime(this, coroutine)));
  }

  @Override
  protected void adopt(LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    if (!isOffered(coroutine)) {
      settle(coroutine);
    } else if (coroutine.isUnclaimed()) {
      makeReady(coroutine);
    }
  }

  /** Takes in a coroutine that nobody else can claim, and makes it ready. */
  private void settle(CoroutineTask<?> coroutine) {
    keep(coroutine);
    coroutine.makeReady();
    cancelIfClosing(coroutine);
  }

  final void keep(SuspendingCoroutine<?> coroutine) {
    long turn = closeGate();
    residents.add(coroutine);
    counts().add(Count.PRESENT, 1);
    reopenGate(turn);
  }

  final void cancelIfClosing(SuspendingCoroutine<?> coroutine) {
    if (cancelling) {
      cancel(coroutine);
    }
  }

  /** Claims a coroutine that is about to have its turn. Returns false if another loop was first. */
  boolean claim(CoroutineTask<?> coroutine) {
    if (!coroutine.claim()) {
      return false;
    }
    newcomers().wasClaimed();
    own(coroutine);
    keep(coroutine);
    cancelIfClosing(coroutine);
    return true;
  }

  @Override
  protected boolean takeOver(LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    if (!coroutine.claim()) {
      return false;
    }
    own(coroutine);
    settle(coroutine);
    return true;
  }

  /** Makes a coroutine that was just claimed belong to this loop. */
  private void own(CoroutineTask<?> coroutine) {
    if (coroutine.hasBegun()) {
      counts().add(Count.LET_GO, -1);
    }
    CoroutineLoop from = coroutine.loop();
    if (!from.equals(this)) {
      takePlace(); // Before the other place is given back, so that the scheduler is not quiet.
      coroutine.moveTo(this);
      from.givePlace();
      counts().add(Count.TAKEN_OVER, 1);
    }
  }

  /** Makes the stack of a coroutine continue on this loop. */
  void carry(Strand strand) {
    strand.moveTo(engine());
  }

  @Override
  protected boolean letGo(LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    return coroutine.isConfinedHere() && letGoUnlessHeld(coroutine);
  }

  @Override
  protected boolean letGoInTurn(LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    // The state is read before the loop: see isConfinedHere. The current one may be ready as well,
    // as it is about to suspend.
    return coroutine.isReady()
        && equals(coroutine.loop())
        && !coroutine.equals(current())
        && letGoUnlessHeld(coroutine);
  }

  /** Lets go of a coroutine of this loop. Returns false if it must stay, or is not ready. */
  private boolean letGoUnlessHeld(CoroutineTask<?> coroutine) {
    if (!coroutine.canLeave() || isHeld(coroutine) || !coroutine.preparesToLeave()) {
      return false;
    }
    residents.remove(coroutine);
    counts().add(Count.PRESENT, -1);
    counts().add(Count.LET_GO, 1);
    coroutine.release();
    return true;
  }

  /** Returns whether something here belongs to the coroutine that cannot move with it. */
  private boolean isHeld(CoroutineTask<?> coroutine) {
    return attachments.holds(coroutine) || interrupts.concern(coroutine);
  }

  /**
   * Passes a coroutine, which is no longer suspended, to another loop; makes it ready here if it
   * must stay.
   */
  void handOver(CoroutineTask<?> coroutine, CoroutineLoop other) {
    long turn = closeGate();
    coroutine.setReady();
    boolean isGone = letGo(coroutine);
    if (!isGone) {
      coroutine.makeReady();
    }
    reopenGate(turn);
    if (isGone) {
      other.acceptAndOffer(coroutine);
    }
  }

  /** Passes a coroutine, which is ready, to another loop. Returns false if it must stay. */
  private boolean passes(CoroutineTask<?> coroutine, CoroutineLoop other) {
    if (!letGo(coroutine)) {
      return false;
    }
    other.acceptAndOffer(coroutine);
    return true;
  }

  /** Passes a ready coroutine to another loop now and then, in tests. Returns whether it did so. */
  boolean isSentAway(CoroutineTask<?> coroutine) {
    if (mix == 0 || stealing == null || ++mixed % mix != 0) {
      return false;
    }
    CoroutineLoop other = (CoroutineLoop) stealing.loop(number + mixed / mix);
    return !other.equals(this) && !other.isDead() && passes(coroutine, other);
  }

  /**
   * Returns the loop on which a coroutine should go on: one that has resumed it again and again and
   * where it is better off; null if there is none.
   */
  @Nullable CoroutineLoop attracting(CoroutineTask<?> coroutine, ResumptionTask<?> resumption) {
    if (attraction == null || !coroutine.mayMove()) {
      return null;
    }
    if (resumption.isSettledAtHome()) {
      attraction.resumedHere(coroutine.number());
    }
    int attractor = resumption.attractor();
    if (attractor < 0) {
      return null;
    }
    CoroutineLoop other = (CoroutineLoop) Objects.requireNonNull(stealing).loop(attractor);
    boolean areShort = Math.max(turnNanos(), other.turnNanos()) < engine().worthMovingNanos();
    boolean isStrong =
        attraction.isStrong(
            coroutine.number(),
            number,
            attractor,
            areShort ? SELDOM_NANOS : OFTEN_NANOS,
            nowNanos());
    if (!isStrong) {
      return null;
    }
    if (other.isDead() || !hasRoom(other, areShort) || isHeld(coroutine)) {
      attraction.refused(coroutine.number(), nowNanos());
      return null;
    }
    return other;
  }

  /** Returns whether a coroutine of this loop would hardly wait longer for its turns on another. */
  private boolean hasRoom(CoroutineLoop other, boolean areShort) {
    return areShort ? other.waitNanos() <= waitNanos() + LONGER_WAIT_NANOS : other.work() <= work();
  }

  /**
   * Cancels a coroutine because the scheduler is being closed. Waits for memory if there is none.
   */
  private void cancel(SuspendingCoroutine<?> coroutine) {
    while (true) {
      try {
        scheduler.cancelForClose(coroutine);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Makes the loop cancel all coroutines. Called by any thread. */
  public void tellToCancelAll() {
    tell(this::cancelAll);
  }

  /** Cancels all coroutines that are here or on their way. */
  public void cancelAll() {
    cancelling = true;
    // This misses those that the rescuer lets go now. The loop that claims them cancels them.
    residents(Integer.MAX_VALUE).forEach(this::cancel);
    newcomers().all().forEach(task -> cancel((CoroutineTask<?>) task));
  }

  /**
   * Lets the loop end when nothing is left to do, and reports all failures that no code has seen.
   *
   * @param told runs after the reports
   */
  public void finish(Runnable told) {
    finishing = true;
    for (Expiry due : wheel().all()) {
      if (due instanceof SuspendingCoroutine<?> coroutine && coroutine.state().isEnd()) {
        coroutine.reportUnseen();
      }
    }
    engine().report(told);
  }

  // Called by the loop, or by the coroutine that has the turn.

  /** Makes the coroutine that has the turn stay on this loop until it ends. */
  public void anchor(SuspendingCoroutine<?> coroutine) {
    doAlone(() -> attachments.anchor(coroutine));
  }

  /** Returns a copy of the first residents, at most a number. */
  private List<SuspendingCoroutine<?>> residents(int most) {
    long turn = closeGate();
    try {
      return residents.some(most);
    } finally {
      reopenGate(turn);
    }
  }

  /** Forgets that a blocking call of the coroutine was interrupted. */
  void forgetInterrupt(CoroutineTask<?> coroutine) {
    if (!interrupts.concern(coroutine)) {
      return;
    }
    long turn = closeGate();
    interrupts.forget(coroutine);
    reopenGate(turn);
  }

  /** Makes a coroutine ready as soon as its rate allows. Waits for memory if there is none. */
  void makeReadyWhenDue(CoroutineTask<?> coroutine, Traits traits) {
    while (true) {
      try {
        putOff.makeReadyWhenDue(coroutine, traits);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Makes a cancelled coroutine ready at once if its rate delays it. */
  void hasten(CoroutineTask<?> coroutine) {
    if (putOff.end(coroutine)) {
      makeReady(coroutine);
    }
  }

  /**
   * Removes a coroutine that was made ready. Takes time in proportion to the tasks that are ready.
   */
  void forget(CoroutineTask<?> coroutine) {
    if (!putOff.end(coroutine)) {
      takeBack(coroutine);
    }
  }

  /** Returns the owner with which a coroutine ends; null if it has none. */
  public @Nullable SuspendingCoroutine<?> ownerOf(SuspendingCoroutine<?> coroutine) {
    return attachments.ownerOf(coroutine);
  }

  /**
   * Starts a coroutine on this loop for one that has not ended. It is accepted even after a close
   * has begun.
   *
   * @param spawner has the turn
   */
  final <T extends @Nullable Object> SuspendingCoroutine<T> spawnBeside(
      SuspendingCoroutine<?> spawner, SpawnOptions options, Object body) {
    StackReserve.require();
    SuspendingCoroutine<T> coroutine = newCoroutineBeside(spawner, options, body);
    beginHere(coroutine);
    return coroutine;
  }

  private void beginHere(SuspendingCoroutine<?> coroutine) {
    takePlace();
    boolean begun = false;
    try {
      launch(coroutine);
      begun = true;
    } finally {
      if (!begun) {
        givePlace();
      }
    }
  }

  private <T extends @Nullable Object> SuspendingCoroutine<T> newCoroutineBeside(
      SuspendingCoroutine<?> spawner, SpawnOptions options, Object body) {
    SuspendingCoroutine<T> coroutine = scheduler.newCoroutine(this, options, body);
    coroutine.inherit(spawner);
    return coroutine;
  }

  /** Starts a coroutine as {@link #spawnBeside} does, which is cancelled when its owner ends. */
  <T extends @Nullable Object> SuspendingCoroutine<T> spawnAttached(
      SuspendingCoroutine<?> owner, SpawnOptions options, Object body) {
    StackReserve.require();
    SuspendingCoroutine<T> coroutine = newCoroutineBeside(owner, options, body);
    attach(owner, coroutine);
    beginHere(coroutine);
    return coroutine;
  }

  /** Makes a coroutine, which has not begun, end with its owner. */
  void attach(SuspendingCoroutine<?> owner, SuspendingCoroutine<?> coroutine) {
    doAlone(() -> attachments.add(owner, coroutine));
  }

  /** Starts a coroutine that has a place here. */
  void launch(SuspendingCoroutine<?> coroutine) {
    settle((CoroutineTask<?>) coroutine);
  }

  Strand newStrand(CoroutineTask<?> coroutine) {
    return engine().newStrand(coroutine);
  }

  /** Called when a coroutine has had its last turn. */
  void ended(SuspendingCoroutine<?> coroutine) {
    remove(coroutine);
    counts().add(coroutine.countOfEnd(), 1);
    givePlace();
    detach(coroutine);
  }

  /** Forgets a coroutine that has ended, or could not begin. */
  final void remove(SuspendingCoroutine<?> coroutine) {
    residents.remove(coroutine);
    counts().add(Count.PRESENT, -1);
  }

  /** Cancels the coroutines that end with this one. */
  final void detach(SuspendingCoroutine<?> coroutine) {
    attachments.ended(coroutine);
  }

  /** Returns whether a listener of the scheduler wants to hear of turns. */
  boolean tellsTurns() {
    return tellsTurns;
  }

  /**
   * Tells the listener of a coroutine that has ended without a last turn. Waits for memory if there
   * is none.
   */
  final void endedUnheard(
      SuspendingCoroutine<?> coroutine, ListenedBody body, Coroutine.State how) {
    Throwable failure = how == Coroutine.State.FAILED ? coroutine.failure() : null;
    while (true) {
      try {
        Runnable told = () -> body.tellEnded(coroutine, how, failure);
        if (isDead()) {
          engine().reportAside(told);
        } else {
          engine().report(told);
        }
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Reports a scope that a coroutine left open. Waits for memory if there is none. */
  void leftOpen(ScopedCoroutine<?> coroutine, CancelScope.LeftOpen how) {
    while (true) {
      try {
        engine().report(() -> scheduler.reports().leftOpen(coroutine, how));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Reports a failure that no code has seen, unless it is an orderly end. Waits for memory if there
   * is none.
   */
  final void uncaught(SuspendingCoroutine<?> coroutine, Throwable failure) {
    while (true) {
      try {
        engine().report(() -> scheduler.reports().uncaught(coroutine, failure));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns at most a number of coroutines here that have not ended. */
  public List<SuspendingCoroutine<?>> some(int most) {
    List<SuspendingCoroutine<?>> some = residents(most);
    newcomers().all().stream()
        .limit(most - some.size())
        .forEach(task -> some.add((CoroutineTask<?>) task));
    return some;
  }
}
