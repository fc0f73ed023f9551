package io.tourbillon.bench.scenario;

import io.tourbillon.bench.durable.DurableKind;
import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.EchoKind;
import io.tourbillon.bench.subject.Family;
import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.Talk;
import io.tourbillon.bench.subject.TalkKind;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The scenarios that are compared. */
@SuppressWarnings("ImmutableEnumChecker") // Its lists and records are never changed.
public enum Scenario {
  REQUEST_TIMEOUTS(
      "Request timeouts",
      "The timers are pending, due in 30 to 60 s; more than a million are due in 10 to 20 minutes."
          + " One operation cancels one of them at random and arms another, with a new task. Every"
          + " cancel must find its timer pending, and the number of pending timers must not"
          + " change.",
      "cancel and arm",
      List.of(Metric.CPU_PER_OPERATION, Metric.WALL_PER_OPERATION),
      Effort.of(3000, 4000, 1_000, 10_000, 100_000, 1_000_000),
      Effort.of(400, 500, 10_000),
      timers(Trials::requestTimeouts),
      EnumSet.allOf(ForeignKind.class)),
  IDLE_TIMEOUTS(
      "Idle timeouts pushed out",
      "Each connection has a timer that would close it. One operation is the use of a connection,"
          + " which pushes its timer out: in place where the subject can, else by cancelling and"
          + " arming. No timer may come due or be lost.",
      "push-out",
      List.of(Metric.CPU_PER_OPERATION, Metric.WALL_PER_OPERATION),
      Effort.of(8000, 8000, 1_000_000),
      Effort.of(500, 500, 50_000),
      timers(Trials::idleTimeouts),
      EnumSet.allOf(ForeignKind.class)),
  FIRE(
      "Timers coming due",
      "All timers are armed at once, each with a new task, due at random within 3 s (quick: half a second). Each must"
          + " fire once, and none early. CPU is that of the process from the first arm to the last"
          + " fire.",
      "timer",
      List.of(Metric.CPU_PER_OPERATION, Metric.LATE_P50, Metric.LATE_P99, Metric.LATE_MAX),
      Effort.of(24_000, 3000, 1_000_000),
      Effort.of(1500, 500, 100_000),
      timers(Trials::fire),
      EnumSet.allOf(ForeignKind.class)),
  LATENESS(
      "Lateness under a light load",
      "The same with few timers, 20 in a millisecond, so that lateness is not due to lack of CPU.",
      "timer",
      List.of(Metric.LATE_P99, Metric.LATE_P50, Metric.LATE_MAX, Metric.CPU_PER_OPERATION),
      Effort.of(6000, 5000, 100_000),
      Effort.of(0, 0),
      timers(Trials::fire),
      EnumSet.allOf(ForeignKind.class)),
  LATENESS_BY_LOAD(
      "Lateness by load",
      "Each task keeps its thread busy for 20 us, and the timers come due at random, within 5 s:"
          + " so many that their tasks take a part of one core. The size is that part, in percent."
          + " Each must fire once, and none early. A timer that comes due while a task runs waits"
          + " for its end, so the best possible lateness rises with the load.",
      "timer",
      List.of(
          Metric.LATE_P99,
          Metric.LATE_P999,
          Metric.LATE_P50,
          Metric.LATE_MAX,
          Metric.CPU_PER_OPERATION),
      Effort.of(2000, 5000, 10, 30, 50, 70, 90),
      Effort.of(0, 0),
      timers(Trials::latenessByLoad),
      Set.of()),
  TEN_MILLION(
      "A peak of timers",
      "All timers are armed, due in 10 to 20 minutes; then timers are cancelled and armed at"
          + " random, as in request timeouts; then all are cancelled.",
      "cancel and arm",
      List.of(
          Metric.CPU_PER_OPERATION, Metric.WALL_PER_OPERATION, Metric.ARM_CPU, Metric.CANCEL_CPU),
      Effort.of(3000, 4000, 10_000_000),
      Effort.of(0, 0),
      timers(Trials::peak),
      EnumSet.of(ForeignKind.GO)),
  IDLE(
      "Idle",
      "A service with one timer, an hour away. In the JVM, the threads that it has started are"
          + " counted; in other languages, what the process spends beyond what it spends without"
          + " the timer.",
      "second",
      List.of(Metric.WAKE_UPS_PER_SECOND, Metric.CPU_PERCENT),
      Effort.of(0, 5000, 1),
      Effort.of(0, 500, 1),
      timers(Trials::idle),
      EnumSet.allOf(ForeignKind.class)),
  SLEEPERS(
      "Sleeping coroutines",
      "Each coroutine sleeps four times for 0.5 to 1.5 s (quick: an eighth of that) and ends. All"
          + " must end, and no sleep may be too short. CPU is that of the"
          + " process from the first spawn to the last end. JVMs have a young generation of five"
          + " eighths of the heap (-Xmn).",
      "sleep",
      List.of(Metric.CPU_PER_OPERATION, Metric.LATE_P50, Metric.LATE_P99, Metric.LATE_MAX),
      Effort.of(8000, 4000, 1_000_000),
      Effort.of(300, 500, 20_000),
      coroutines(Trials::sleepers),
      EnumSet.allOf(ForeignKind.class)),
  TIMER_MEMORY(
      "Memory of a pending timer",
      "All timers are an hour away and share a task. In the JVM the live heap after a collection"
          + " is measured, in Go heap and stacks in use after one, in Python the resident set; and"
          + " what is left a second after the last timer was cancelled. All must be pending.",
      "timer",
      List.of(Metric.BYTES_EACH, Metric.BYTES_LEFT),
      Effort.of(0, 0, 1_000_000),
      Effort.of(0, 0, 100_000),
      timers(Trials::timerMemory),
      EnumSet.allOf(ForeignKind.class)),
  COROUTINE_MEMORY(
      "Memory of a sleeping coroutine",
      "All coroutines sleep for an hour; their memory is measured as that of timers. JVMs have a"
          + " young generation of five eighths of the heap (-Xmn).",
      "coroutine",
      List.of(Metric.BYTES_EACH),
      Effort.of(0, 0, 100_000),
      Effort.of(0, 0, 20_000),
      coroutines(Trials::coroutineMemory),
      EnumSet.allOf(ForeignKind.class)),
  PING_PONG(Talk.PING_PONG),
  STREAM(Talk.STREAM),
  FAN_IN(Talk.FAN_IN),
  SELECT(Talk.SELECT),
  MUTEX(Talk.MUTEX),
  SEMAPHORE(Talk.SEMAPHORE),
  SPAWN_AND_JOIN(Talk.SPAWN_AND_JOIN),
  WITH_TIMEOUT(Talk.WITH_TIMEOUT),
  SCOPE(Talk.SCOPE),
  UNEVEN(Talk.UNEVEN),
  ECHO(
      "Echo over TCP",
      "A server on loopback sends back what it receives. 64 clients in another process each send"
          + " 64 bytes, and the next ones when these have come back; each byte is checked. The size"
          + " is the number of threads of the server. CPU is that of its process, without the"
          + " clients, whose thread takes the other core.",
      "round trip",
      List.of(Metric.CPU_PER_OPERATION, Metric.WALL_PER_OPERATION),
      Effort.of(4000, 4000, 1, 2),
      Effort.of(0, 0),
      (subject, job) -> Trials.echo((EchoKind) subject, job),
      Set.of()),
  DURABLE_SCHEDULE(
      "Durable timers scheduled",
      "Each caller schedules a timer, an hour away, and waits until it is durable before it"
          + " schedules the next. The size is the number of callers. At the end the database must"
          + " hold each timer. CPU is that of the process, without the server of a database.",
      "timer",
      List.of(Metric.WALL_PER_OPERATION, Metric.CPU_PER_OPERATION),
      Effort.of(3000, 5000, 1, 64),
      Effort.of(0, 0),
      durable(DurableTrials::schedule),
      Set.of()),
  DURABLE_LIVES(
      "Whole lives of durable timers",
      "Eight callers schedule timers, due at once, 100 at a time, and wait until these are durable."
          + " All must fire once, none early, and then be removed. Wall time is from the first"
          + " schedule until none is stored. CPU as above.",
      "life",
      List.of(Metric.WALL_PER_OPERATION, Metric.CPU_PER_OPERATION),
      Effort.of(5000, 10_000, 200_000),
      Effort.of(0, 0),
      durable(DurableTrials::lives),
      Set.of()),
  DURABLE_FIRE(
      "Durable timers coming due",
      "All timers are scheduled first, and then come due one after the other, evenly, within 10 s:"
          + " with 50,000 timers, 5,000 in a second. Each must fire once, none early, and all must"
          + " be removed. CPU is that of the process from when the first is due.",
      "timer",
      List.of(Metric.LATE_P99, Metric.LATE_P50, Metric.LATE_MAX, Metric.CPU_PER_OPERATION),
      Effort.of(5000, 10_000, 50_000),
      Effort.of(0, 0),
      durable(DurableTrials::fire),
      Set.of()),
  DURABLE_REOPEN(
      "Durable timers after a crash",
      "A process schedules timers, due evenly over the next hour, and is killed. Then this process"
          + " opens the service. The time is from then until the first timer fires, in a JVM that"
          + " has loaded nothing of the service before.",
      "start",
      List.of(Metric.FIRST_FIRING),
      Effort.of(0, 60_000, 1_000_000),
      Effort.of(0, 0),
      durable(DurableTrials::reopen),
      Set.of());

  private static final int BASE_MEGABYTES = 200;

  /** A JDK timer with its task and handle, and the same again as room for the collector. */
  private static final int TIMER_BYTES = 400;

  /** A sleeping virtual thread, and 1.5 times as much again. */
  private static final int COROUTINE_BYTES = 2500;

  /**
   * A young generation of 5/8 of the heap: a coroutine's stack is copied with each sleep, and
   * should be garbage before it is promoted.
   */
  private static final int YOUNG_EIGHTHS = 5;

  private final String title;
  private final String description;
  private final String operation;
  private final List<Metric> metrics;
  private final Effort full;
  private final Effort quick;
  private final Trial<Subject> trial;
  private final Set<ForeignKind> foreign;

  /** What the coroutines do together, or null if they do not, or are timers. */
  private final @Nullable Talk talk;

  Scenario(
      String title,
      String description,
      String operation,
      List<Metric> metrics,
      Effort full,
      Effort quick,
      Trial<Subject> trial,
      Set<ForeignKind> foreign) {
    this(title, description, operation, metrics, full, quick, trial, foreign, null);
  }

  /** Coroutines that talk. The size is the number of threads that they run on. */
  Scenario(Talk talk) {
    this(
        talk.title(),
        talk.description() + " The size is the number of threads.",
        talk.operation(),
        talk == Talk.UNEVEN
            ? List.of(Metric.WALL_PER_OPERATION, Metric.CPU_PER_OPERATION)
            : List.of(Metric.CPU_PER_OPERATION, Metric.WALL_PER_OPERATION),
        Effort.of(1500, 1500, 1, 2),
        Effort.of(500, 500),
        (subject, job) -> Trials.talk(talk, (TalkKind) subject, job),
        EnumSet.of(ForeignKind.GO),
        talk);
  }

  Scenario(
      String title,
      String description,
      String operation,
      List<Metric> metrics,
      Effort full,
      Effort quick,
      Trial<Subject> trial,
      Set<ForeignKind> foreign,
      @Nullable Talk talk) {
    this.title = title;
    this.description = description;
    this.operation = operation;
    this.metrics = metrics;
    this.full = full;
    this.quick = quick;
    this.trial = trial;
    this.foreign = foreign;
    this.talk = talk;
  }

  /** Its name in files and on the command line: {@code request-timeouts}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The scenario with this id, or null. */
  public static @Nullable Scenario byId(String id) {
    return Arrays.stream(values())
        .filter(scenario -> scenario.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  /** The ids of all scenarios. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Scenario::id).toList();
  }

  public String title() {
    return title;
  }

  /** The title with a size, for a table. */
  public String title(int size) {
    if (isOnThreads()) {
      return title + (size == 1 ? ", 1 thread" : ", " + size + " threads");
    }
    if (this == LATENESS_BY_LOAD) {
      return title + ", " + size + " % of a core";
    }
    if (this == DURABLE_SCHEDULE) {
      return title + (size == 1 ? ", 1 caller" : ", " + size + " callers");
    }
    return size == 1 ? title : String.format(Locale.ROOT, "%s, %,d", title, size);
  }

  /** What is done, and what is checked. */
  public String description() {
    return description;
  }

  /** The operation whose cost is measured. */
  public String operation() {
    return operation;
  }

  /** What it measures, the most important metric first. */
  public List<Metric> metrics() {
    return metrics;
  }

  /** The metrics for a summary: the most important one, and the tail of lateness. */
  public List<Metric> headlines() {
    return Stream.concat(
            metrics.stream().limit(1), metrics.stream().filter(metric -> metric == Metric.LATE_P99))
        .distinct()
        .toList();
  }

  public Effort full() {
    return full;
  }

  /** Has no sizes if the scenario is not part of a quick comparison. */
  public Effort quick() {
    return quick;
  }

  /** All subjects that can take part, ours first. */
  public List<Subject> subjects() {
    return Stream.concat(subjectsInJvm().stream(), foreign.stream()).toList();
  }

  /** The family of the subject with this id, or null. */
  public @Nullable Family family(String subjectId) {
    return subjects().stream()
        .filter(subject -> subject.id().equals(subjectId))
        .map(Subject::family)
        .findFirst()
        .orElse(null);
  }

  /** Returns true if the subject with this id is ours. */
  public boolean isOurs(String subjectId) {
    Family family = family(subjectId);
    return family != null && family.isOurs();
  }

  /** The heap that a JVM needs for this number of timers or coroutines, whatever the subject. */
  public int leastHeapMegabytes(int size) {
    int bytesEach = isOfCoroutines() ? COROUTINE_BYTES : TIMER_BYTES;
    return BASE_MEGABYTES + (int) ((long) size * bytesEach / 1_000_000);
  }

  /** The memory that a peer in another language needs for this number of timers or coroutines. */
  public int leastMegabytes(ForeignKind kind, int size) {
    int bytesEach = isOfCoroutines() ? kind.coroutineBytes() : kind.timerBytes();
    return (int) ((long) size * bytesEach / 1_000_000);
  }

  /** The flags of the JVMs of all its subjects, in addition to a server's usual flags. */
  public List<String> jvmFlags(int heapMegabytes, int size) {
    List<String> flags = new ArrayList<>();
    if (isOfCoroutines()) {
      flags.add("-Xmn" + heapMegabytes * YOUNG_EIGHTHS / 8 + "m");
    }
    if (isOnThreads()) {
      flags.addAll(TalkKind.jvmFlags(size));
    }
    return flags;
  }

  /** Returns true if its subjects are coroutine systems, and not timer services. */
  public boolean isOfCoroutines() {
    return this == SLEEPERS || this == COROUTINE_MEMORY || isTalk();
  }

  /** Returns true if its subjects are servers. */
  public boolean isOfServers() {
    return this == ECHO;
  }

  /** Returns true if its coroutines talk. */
  public boolean isTalk() {
    return talk != null;
  }

  /** Returns true if its size is a number of threads. */
  public boolean isOnThreads() {
    return isTalk() || isOfServers();
  }

  /** Returns true if its timers are durable. Then its subjects need databases. */
  public boolean isDurable() {
    return this == DURABLE_SCHEDULE
        || this == DURABLE_LIVES
        || this == DURABLE_FIRE
        || this == DURABLE_REOPEN;
  }

  /** The subjects that run in a JVM. */
  List<Subject> subjectsInJvm() {
    if (isDurable()) {
      return List.of(DurableKind.values());
    }
    if (talk != null) {
      return List.copyOf(TalkKind.in(talk));
    }
    if (isOfServers()) {
      return List.of(EchoKind.values());
    }
    return List.of(isOfCoroutines() ? CoroutineKind.values() : TimerKind.values());
  }

  /**
   * Runs the scenario in this JVM.
   *
   * @throws IllegalStateException if a check of the work fails
   */
  Measurement run(Subject subject, Job job) throws IOException, InterruptedException {
    return trial.run(subject, job);
  }

  /** Measures one subject of a kind in this JVM. */
  private interface Trial<K> {
    Measurement run(K subject, Job job) throws IOException, InterruptedException;
  }

  private static Trial<Subject> timers(Trial<TimerKind> trial) {
    return (subject, job) -> trial.run((TimerKind) subject, job);
  }

  private static Trial<Subject> durable(Trial<DurableKind> trial) {
    return (subject, job) -> trial.run((DurableKind) subject, job);
  }

  private static Trial<Subject> coroutines(Trial<CoroutineKind> trial) {
    return (subject, job) -> trial.run((CoroutineKind) subject, job);
  }
}
