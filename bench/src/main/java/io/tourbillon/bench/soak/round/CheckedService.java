package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.account.Heartbeat;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.HdrHistogram.ValueRecorder;

/**
 * A timer service with the accounts of all its timers. Whoever makes a task throw, or an executor
 * refuse, says so here before, and the statistics of the service must agree in the end.
 */
public final class CheckedService {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Accounts accounts;
  private final TimerService timers;
  private final boolean ownHandler;
  private final List<Heartbeat> beats = new ArrayList<>();
  private final AtomicLong throwing = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong callsRefused = new AtomicLong();
  private final AtomicLong failuresSeen = new AtomicLong();
  private final AtomicLong refusalsSeen = new AtomicLong();

  /**
   * Builds a service.
   *
   * @param name for breaches
   * @param latenessNanos gets how late each timer runs
   * @param options sets what is not usual
   * @param disguise puts something between the service and its users: a test breaks promises so
   */
  public CheckedService(
      String name,
      ValueRecorder latenessNanos,
      UnaryOperator<TimerService.Builder> options,
      UnaryOperator<TimerService> disguise) {
    this.name = name;
    accounts = new Accounts(latenessNanos);
    ownHandler = true;
    timers =
        disguise.apply(
            options
                .apply(TimerService.builder().recordStats().exceptionHandler(this::handle))
                .build());
  }

  /** Takes a service that belongs to somebody else, such as a scheduler. */
  public CheckedService(String name, ValueRecorder latenessNanos, TimerService timers) {
    this.name = name;
    accounts = new Accounts(latenessNanos);
    ownHandler = false;
    this.timers = timers;
  }

  /** What a task throws that looks like the refusal of an executor. */
  public static final class OwnRefusal extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    /** Makes one. */
    public OwnRefusal() {
      super("thrown by a task");
    }
  }

  /** A timer whose task the executor refuses has fired, unless it is periodic: that one goes on. */
  private void handle(Runnable task, Throwable failure) {
    if (!(failure instanceof RejectedExecutionException) || failure instanceof OwnRefusal) {
      failuresSeen.incrementAndGet();
      return;
    }
    refusalsSeen.incrementAndGet();
    if (task instanceof CheckedTimer timer) {
      timer.refuse();
    }
  }

  /** Returns the service. */
  public TimerService timers() {
    return timers;
  }

  /** Opens an account for some of its timers. */
  public Account open(String kind) {
    return accounts.open(kind);
  }

  /**
   * Starts timers with a fixed rate, which go on to the end. Their lateness would be overstated by
   * a period after a run that was missed.
   */
  void beat(int count, Duration period) {
    Account account = accounts.openUnmeasured("periodic timers");
    for (int number = 0; number < count; number++) {
      beats.add(new Heartbeat(account, timers, period));
    }
  }

  /** Opens an account for timers whose lateness says nothing. */
  public Account openUnmeasured(String kind) {
    return accounts.openUnmeasured(kind);
  }

  /** A task is about to throw. */
  public void willThrow() {
    throwing.incrementAndGet();
  }

  /** The executor is about to refuse a task. */
  public void willRefuse() {
    refused.incrementAndGet();
  }

  /** The service has refused a timer. */
  public void hasRefused() {
    callsRefused.incrementAndGet();
  }

  /** Ends all timers, and enters those that were pending. */
  public void shutDown() {
    accounts.handBack(timers.shutdownNow());
  }

  /** Ends the service and waits until it has ended. */
  public void close(Breaches breaches) {
    // What is pending is entered here, unless another thread has been given it.
    shutDown();
    if (!timers.close(GRACE)) {
      breaches.add(name, "a closed service ends: it has not, within " + GRACE);
    }
  }

  /** Returns what is wrong, once the service has ended. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    accounts.addBrokenOfTimers(broken);
    // A task that is cancelled while the executor refuses it has ended so, and no refusal is told.
    long rejected = refusalsSeen.get() + callsRefused.get();
    broken.addAll(accounts.disagreements(timers.stats(), rejected, throwing.get()));
    if (ownHandler) {
      Accounts.compare(broken, "failures given to the handler", failuresSeen.get(), throwing.get());
    }
    if (refusalsSeen.get() > refused.get()) {
      broken.add(
          "a refusal is reported once: " + refusalsSeen.get() + " were, of " + refused.get());
    }
    return broken;
  }

  /** Shuts the service down, waits until it has ended and adds what is wrong. */
  public void closeAndJudge(Breaches breaches) {
    close(breaches);
    judge(breaches);
  }

  /** Adds what is wrong, once the service has ended. */
  public void judge(Breaches breaches) {
    beats.forEach(Heartbeat::stop);
    breaches.addAll(name, broken());
  }

  /** Returns how many timers were pending at the shutdown. */
  public long handedBack() {
    return accounts.total(Account.End.HANDED_BACK);
  }

  /** Returns how many timers were accepted. */
  public long accepted() {
    return accounts.total(Account::begun);
  }
}
