package io.tourbillon.timer.wheel;

import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Works on a wheel of tasks, and then on one of numbers, in a nearly full heap. After every
 * OutOfMemoryError it compares the wheel with what it noted of each timer. Runs in a separate JVM
 * with a small heap.
 *
 * <p>The heap is filled with ballast. Each round releases a little of it, so that the next error
 * comes a few pages or chunks later: at one allocation in one round, and at another in the next.
 * The notes are kept in arrays that were made before, since nothing can be allocated then.
 */
final class OutOfMemoryRun {
  private static final int ROUNDS = 45;
  private static final int TASKS = 64;
  private static final int MAX_TIMERS = 1 << 17;
  private static final int MAX_PIECES_A_ROUND = 30;

  private static final int PIECE_SIZE = 500;

  /** For tables of some hundred bytes. */
  private static final int SMALL_PIECE_SIZE = 60;

  private static final int TICKS_OF_A_FAR_SLOT = 1 << 16;

  /** How many pieces a check, which makes strings, releases and takes again afterwards. */
  private static final int PIECES_A_CHECK = 128;

  private static final long START_TICK = -70_000;

  private final Random random = new Random(1);
  private final Wheel wheel;

  // The pending timers, in no order: one element for each.
  private final long[] ids = new long[MAX_TIMERS];
  private final long[] deadlineTicks = new long[MAX_TIMERS];
  private final long[] dueTicks = new long[MAX_TIMERS];
  private final int[] taskNumbers = new int[MAX_TIMERS];
  private int count;

  /** The place of a timer in these arrays, by the lower half of its id. */
  private final int[] placeOf = new int[MAX_TIMERS];

  private int wrongFirings;

  /**
   * Memory that the wheel cannot have: a list of pieces, in which the first element is the next
   * piece.
   */
  private @Nullable Object @Nullable [] ballast;

  private int errorsInArm;
  private int errorsInRearm;
  private int errorsInAdvance;
  private int errorsInTrim;

  private OutOfMemoryRun(boolean ofNumbers) {
    wheel = ofNumbers ? new OfNumbers() : new OfTasks();
  }

  /** A wheel whose timers are task numbers. Its operations allocate nothing of their own. */
  private interface Wheel {
    int NONE = -1;

    SlabWheel<?> wheel();

    long arm(long deadlineTick, int taskNumber);

    /** Returns the number of the task, or NONE if there was none. */
    int cancel(long id);

    int taskNumber(long id);

    void advance(long tick, int budget);
  }

  private final class OfTasks implements Wheel {
    private final TimingWheel<Integer> wheel = new TimingWheel<>(START_TICK, MAX_TIMERS);
    private final Integer[] tasks = new Integer[TASKS];
    private final ExpiryHandler<Integer> handler =
        (id, deadlineTick, task) -> expired(id, deadlineTick, task - 1000);

    OfTasks() {
      for (int number = 0; number < tasks.length; number++) {
        tasks[number] = 1000 + number;
      }
    }

    @Override
    public TimingWheel<Integer> wheel() {
      return wheel;
    }

    @Override
    public long arm(long deadlineTick, int taskNumber) {
      return wheel.arm(deadlineTick, tasks[taskNumber]);
    }

    @Override
    public int cancel(long id) {
      Integer task = wheel.cancel(id);
      return task == null ? NONE : task - 1000;
    }

    @Override
    public int taskNumber(long id) {
      Integer task = wheel.task(id);
      return task == null ? NONE : task - 1000;
    }

    @Override
    public void advance(long tick, int budget) {
      wheel.advance(tick, budget, handler);
    }
  }

  private final class OfNumbers implements Wheel {
    private final LongWheel wheel = new LongWheel(START_TICK, new IdSpace(MAX_TIMERS));
    private final LongExpiryHandler handler =
        (id, deadlineTick, payload) -> expired(id, deadlineTick, (int) payload);

    @Override
    public LongWheel wheel() {
      return wheel;
    }

    @Override
    public long arm(long deadlineTick, int taskNumber) {
      return wheel.arm(deadlineTick, taskNumber);
    }

    @Override
    public int cancel(long id) {
      int number = taskNumber(id);
      return wheel.cancel(id) ? number : NONE;
    }

    @Override
    public int taskNumber(long id) {
      return (int) wheel.payload(id, NONE);
    }

    @Override
    public void advance(long tick, int budget) {
      wheel.advance(tick, budget, handler);
    }
  }

  public static void main(String[] arguments) {
    run(false);
    run(true);
  }

  private static void run(boolean ofNumbers) {
    new OutOfMemoryRun(ofNumbers).growTablesOfChunks();
    new OutOfMemoryRun(ofNumbers).growTablesOfPages();
    new OutOfMemoryRun(ofNumbers).makePagesAgain();
    OutOfMemoryRun run = new OutOfMemoryRun(ofNumbers);
    // Loads and links everything that the checks need before the heap is full.
    run.operate(5_000);
    run.check();
    run.hoard(Integer.MAX_VALUE, PIECE_SIZE);
    for (int round = 0; round < ROUNDS; round++) {
      run.drop(1 + run.random.nextInt(MAX_PIECES_A_ROUND));
      run.operate(30_000);
      run.checkWithoutMemory();
    }
    int timers = run.count;
    run.ballast = null;
    run.goOnAndEnd();
    System.out.printf(
        Locale.ROOT,
        "errors in arm: %d, rearm: %d, advance: %d, trim: %d; with %d timers%n",
        run.errorsInArm,
        run.errorsInRearm,
        run.errorsInAdvance,
        run.errorsInTrim,
        timers);
  }

  /** Takes up to this many pieces of memory, or all memory. */
  private void hoard(int pieces, int pieceSize) {
    try {
      for (int i = 0; i < pieces; i++) {
        @Nullable Object[] piece = new Object[pieceSize];
        piece[0] = ballast;
        ballast = piece;
      }
    } catch (OutOfMemoryError full) {
      // This is the purpose.
    }
  }

  private void drop(int pieces) {
    for (int i = 0; i < pieces && ballast != null; i++) {
      ballast = (@Nullable Object[]) ballast[0];
    }
  }

  /** Each timer has its own slot, and so its own chunk. */
  private void growTablesOfChunks() {
    Slots slots = Internals.slotsOf(wheel.wheel());
    while (count < 250 || !Internals.hasFullTables(slots)) {
      require(armInFarSlot(), "out of memory with memory to spare");
    }
    hoard(Integer.MAX_VALUE, SMALL_PIECE_SIZE);
    while (!armInFarSlot()) {
      drop(1);
    }
    ballast = null;
    check();
    require(errorsInArm >= 20, "the tables grew at once");
    goOnAndEnd();
  }

  private boolean armInFarSlot() {
    return arm(wheel.wheel().currentTick() + (2L + count) * TICKS_OF_A_FAR_SLOT);
  }

  private void growTablesOfPages() {
    EntrySlab slab = Internals.slabOf(wheel.wheel());
    while (count < 1 << 16 || !Internals.hasFullTables(slab)) {
      require(arm(100), "out of memory with memory to spare");
    }
    require(count == slab.pageCount() * EntrySlab.PAGE_SIZE, "a page has room");
    hoard(Integer.MAX_VALUE, SMALL_PIECE_SIZE);
    while (!arm(100)) {
      // The tables are small compared with the page itself, which is allocated after them.
      drop(errorsInArm < 20 ? 1 : 10);
    }
    ballast = null;
    check();
    require(errorsInArm >= 20, "the tables grew at once");
    goOnAndEnd();
  }

  /** Pages that were freed can be created again, however often that fails. */
  private void makePagesAgain() {
    EntrySlab slab = Internals.slabOf(wheel.wheel());
    while (slab.pageCount() < 4) {
      require(arm(100), "out of memory with memory to spare");
    }
    goOnAndEnd();
    int pages = slab.pageCount();
    require(Internals.pagesHeld(slab) < pages, "no page was given back");
    hoard(Integer.MAX_VALUE, PIECE_SIZE);
    int errors = errorsInArm;
    while (errorsInArm < errors + 5) {
      arm(wheel.wheel().currentTick());
    }
    ballast = null;
    while (count < pages * EntrySlab.PAGE_SIZE) {
      require(arm(wheel.wheel().currentTick()), "out of memory with memory to spare");
    }
    require(slab.pageCount() == pages, "a page that was given back is lost");
    check();
  }

  /**
   * Performs this many operations, or fewer if one runs out of memory, and then checks which others
   * do.
   */
  private void operate(int operations) {
    boolean isFull = false;
    for (int operation = 0; operation < operations && !isFull; operation++) {
      int choice = random.nextInt(100);
      if (choice < 60) {
        isFull = !arm();
      } else if (choice < 87) {
        isFull = !rearm();
      } else if (choice < 90) {
        cancel();
      } else if (choice < 99) {
        isFull = !advance();
      } else {
        trim();
      }
    }
    // An error costs a garbage collection, so each kind of operation has at most one in a round.
    boolean mayRearm = isFull;
    boolean mayAdvance = isFull;
    for (int operation = 0; operation < 200; operation++) {
      mayRearm = mayRearm && rearm();
      mayAdvance = mayAdvance && advance();
    }
  }

  private long deadline() {
    return wheel.wheel().currentTick() + random.nextLong(1L << random.nextInt(6, 34)) - 1;
  }

  private boolean arm() {
    return count == MAX_TIMERS || arm(deadline());
  }

  private boolean arm(long deadlineTick) {
    int taskNumber = random.nextInt(TASKS);
    try {
      long id = wheel.arm(deadlineTick, taskNumber);
      ids[count] = id;
      taskNumbers[count] = taskNumber;
      placeOf[(int) id] = count;
      noteDeadline(count, deadlineTick);
      count++;
      return true;
    } catch (OutOfMemoryError full) {
      errorsInArm++;
      return false;
    }
  }

  private void noteDeadline(int place, long deadlineTick) {
    deadlineTicks[place] = deadlineTick;
    dueTicks[place] = Math.max(deadlineTick, wheel.wheel().currentTick() + 1);
  }

  private boolean rearm() {
    if (count == 0) {
      return true;
    }
    int place = random.nextInt(count);
    long deadlineTick = deadline();
    try {
      require(wheel.wheel().rearm(ids[place], deadlineTick), "a pending timer was not re-armed");
      noteDeadline(place, deadlineTick);
      return true;
    } catch (OutOfMemoryError full) {
      errorsInRearm++;
      return false;
    }
  }

  private void cancel() {
    if (count > 0) {
      int place = random.nextInt(count);
      int taskNumber = wheel.cancel(ids[place]);
      require(taskNumber == taskNumbers[place], "a cancel returned another task");
      forget(place);
    }
  }

  private boolean advance() {
    try {
      wheel.advance(wheel.wheel().currentTick() + random.nextInt(20), 300);
      return true;
    } catch (OutOfMemoryError full) {
      errorsInAdvance++;
      return false;
    }
  }

  private void trim() {
    try {
      wheel.wheel().trim(random.nextInt(8));
    } catch (OutOfMemoryError full) {
      errorsInTrim++;
    }
  }

  /** Must neither throw nor allocate. */
  private void expired(long id, long deadlineTick, int taskNumber) {
    int place = placeOf[(int) id];
    boolean isRight =
        place < count
            && ids[place] == id
            && deadlineTicks[place] == deadlineTick
            && taskNumbers[place] == taskNumber;
    if (isRight) {
      forget(place);
    } else {
      wrongFirings++;
    }
  }

  private void forget(int place) {
    count--;
    ids[place] = ids[count];
    deadlineTicks[place] = deadlineTicks[count];
    dueTicks[place] = dueTicks[count];
    taskNumbers[place] = taskNumbers[count];
    placeOf[(int) ids[place]] = place;
  }

  private void checkWithoutMemory() {
    drop(PIECES_A_CHECK);
    check();
    hoard(PIECES_A_CHECK, PIECE_SIZE);
  }

  /** Checks that exactly the noted timers are pending, with their deadlines. */
  private void check() {
    wheel.wheel().checkInvariants();
    require(wrongFirings == 0, "a timer fired that was not pending like that");
    require(wheel.wheel().size() == count, "there are more timers or fewer than were noted");
    for (int place = 0; place < count; place++) {
      long id = ids[place];
      require(
          wheel.wheel().deadlineTick(id, ~deadlineTicks[place]) == deadlineTicks[place],
          "deadline");
      require(wheel.taskNumber(id) == taskNumbers[place], "task");
      require(dueTicks[place] > wheel.wheel().currentTick(), "a timer is late");
    }
  }

  /** When there is memory again, everything works as before. */
  private void goOnAndEnd() {
    int errors = errorsInArm + errorsInRearm + errorsInAdvance + errorsInTrim;
    for (int half = count / 2; half > 0; half--) {
      cancel();
    }
    check();
    operate(20_000);
    while (wheel.wheel().isTrimmable()) {
      wheel.wheel().trim(64);
    }
    check();
    require(count > 0, "no timer is left to fire");
    wheel.advance(Long.MAX_VALUE - 1, Integer.MAX_VALUE);
    while (wheel.wheel().isTrimmable()) {
      wheel.wheel().trim(64);
    }
    check();
    require(count == 0, "timers are left after all time");
    int errorsNow = errorsInArm + errorsInRearm + errorsInAdvance + errorsInTrim;
    require(errors == errorsNow, "out of memory with memory to spare");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new AssertionError(rule);
    }
  }
}
