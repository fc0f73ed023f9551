package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;

import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Performs actions that use JDK threads which serve the whole process. A coroutine performs each of
 * them for the first time in the process. Threads that are not ours repeat it while schedulers come
 * and go, and after the last of them. Prints that all is well, or which thread hangs.
 */
final class FirstInTheProcess {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final int SCHEDULERS = 2;

  /** An action of a coroutine or of a stock virtual thread. */
  enum Deed {
    /**
     * Two threads want a monitor. When it is released, the JDK's unblocker resumes the other
     * thread.
     */
    MONITOR {
      @Override
      void happen() throws Exception {
        Object monitor = new Object();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        StockThread holder = StockThread.start(() -> hold(monitor, inside, release));
        inside.await();
        StockThread releaser =
            StockThread.start(
                () -> {
                  Thread.sleep(5);
                  release.countDown();
                });
        StockThread other;
        synchronized (monitor) {
          other = StockThread.start(() -> enter(monitor));
          while (other.thread().getState() != Thread.State.BLOCKED) {
            Thread.sleep(1);
          }
        }
        other.end(LIMIT);
        holder.end(LIMIT);
        releaser.end(LIMIT);
      }
    },

    /** Timed waits that end by time or by a notification. */
    WAIT {
      @Override
      @SuppressWarnings("WaitNotInLoop") // This tests the waits themselves.
      void happen() throws Exception {
        Object monitor = new Object();
        synchronized (monitor) {
          monitor.wait(5);
        }
        boolean[] told = new boolean[1];
        StockThread notifier =
            StockThread.start(
                () -> {
                  Thread.sleep(5);
                  synchronized (monitor) {
                    told[0] = true;
                    monitor.notifyAll();
                  }
                });
        synchronized (monitor) {
          while (!told[0]) {
            monitor.wait(LIMIT.toMillis());
          }
        }
        notifier.end(LIMIT);
      }
    },

    /** A sleep, and a timed wait of java.util.concurrent. */
    SLEEP {
      @Override
      void happen() throws Exception {
        Thread.sleep(5);
        CountDownLatch never = new CountDownLatch(1);
        require(!never.await(5, TimeUnit.MILLISECONDS), "nobody counts it down");
      }
    },

    /** The common pool, its workers and its timer. */
    COMMON_POOL {
      @Override
      void happen() throws Exception {
        CompletableFuture<Integer> delayed =
            CompletableFuture.supplyAsync(
                () -> 1, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS));
        require(get(delayed) == 1, "delayedExecutor");
        Thread worker = get(CompletableFuture.supplyAsync(Thread::currentThread));
        require(!worker.isVirtual(), "a worker must be the JDK's: " + worker);
        int sum = ForkJoinPool.commonPool().submit(COMMON_POOL::sum).get();
        require(sum == 49_995_000, "a stream's sum: " + sum);
        CompletableFuture<Integer> late = new CompletableFuture<>();
        require(get(late.completeOnTimeout(2, 5, TimeUnit.MILLISECONDS)) == 2, "completeOnTimeout");
      }
    },

    /** The virtual threads that wait for all sockets of the process. */
    SOCKET {
      @Override
      void happen() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
            Socket accepted = server.accept()) {
          StockThread writer =
              StockThread.start(
                  () -> {
                    Thread.sleep(5);
                    accepted.getOutputStream().write(7);
                  });
          require(client.getInputStream().read() == 7, "what the other has written");
          StockThread reader =
              StockThread.start(
                  () -> require(accepted.getInputStream().read() == 8, "what this one writes"));
          Thread.sleep(5);
          client.getOutputStream().write(8);
          writer.end(LIMIT);
          reader.end(LIMIT);
        }
      }
    };

    abstract void happen() throws Exception;

    private static <T> T get(CompletableFuture<T> future) throws Exception {
      return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    int sum() {
      return IntStream.range(0, 10_000).parallel().sum();
    }
  }

  private FirstInTheProcess() {}

  /**
   * Performs the actions.
   *
   * @param deeds the names of the actions
   */
  public static void main(String[] deeds) throws Exception {
    for (Deed deed : Arrays.stream(deeds).map(Deed::valueOf).toList()) {
      for (int number = 1; number <= SCHEDULERS; number++) {
        aSchedulersLife(deed);
        byStockThread(deed, "after the last of schedulers: " + number);
      }
      System.out.println(deed + " is well");
    }
    // Threads that hang must not keep the process alive.
    System.exit(0);
  }

  private static void aSchedulersLife(Deed deed) throws Exception {
    CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(1).watchdog(Duration.ZERO).build();
    by(scheduler.spawn(deed::happen), deed);
    byStockThread(deed, "beside a scheduler");
    besideABusyLoop(scheduler, deed);
    StockThread meanwhile = StockThread.start(deed::happen);
    Object monitor = new Object();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    StockThread holder = StockThread.start(() -> hold(monitor, inside, release));
    inside.await();
    List<Thread> left = leaveBehind(scheduler, () -> enter(monitor));
    Thread loop = Internals.loopThread(scheduler, 0);
    require(scheduler.close(LIMIT), "all coroutines must have ended");
    require(loop.join(LIMIT), "the loop must end");
    byStockThread(deed, "after a scheduler that has left threads behind: " + left);
    release.countDown();
    for (Thread guest : left) {
      require(guest.join(LIMIT), "hangs, left behind: " + guest);
    }
    holder.end(LIMIT);
    meanwhile.end(LIMIT);
  }

  /** Threads that the whole process needs must not have started on our loop. */
  private static void besideABusyLoop(CoroutineScheduler scheduler, Deed deed) throws Exception {
    if (ENGINE == Engine.HANDOFF) {
      return; // There, a loop is a stock thread too, and may occupy the only carrier.
    }
    AtomicBoolean enough = new AtomicBoolean();
    Coroutine<?> hog =
        scheduler.spawn(
            () -> {
              while (!enough.get()) {
                Thread.onSpinWait();
              }
            });
    byStockThread(deed, "beside a loop that is held up");
    enough.set(true);
    by(hog, deed);
  }

  /** Starts threads on the loop that wait for a monitor, if the engine has such threads. */
  private static List<Thread> leaveBehind(CoroutineScheduler scheduler, Runnable body) {
    if (ENGINE != Engine.VIRTUAL_THREAD) {
      return List.of();
    }
    List<Thread> left = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      Thread guest = scheduler.threadFactory().newThread(body);
      guest.start();
      while (guest.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      left.add(guest);
    }
    return left;
  }

  private static void by(Coroutine<?> coroutine, Deed deed) {
    try {
      coroutine.join(LIMIT);
    } catch (TimeoutException e) {
      throw new IllegalStateException(deed + " hangs in a coroutine", e);
    }
  }

  private static void byStockThread(Deed deed, String when) throws InterruptedException {
    try {
      StockThread.start(deed::happen).end(LIMIT);
    } catch (TimeoutException e) {
      throw new IllegalStateException(deed + " hangs " + when, e);
    }
  }

  /** Holds a monitor from one latch to the other. */
  private static void hold(Object monitor, CountDownLatch inside, CountDownLatch release)
      throws InterruptedException {
    synchronized (monitor) {
      inside.countDown();
      release.await();
    }
  }

  private static void enter(Object monitor) {
    synchronized (monitor) {
      require(Thread.holdsLock(monitor), "it must be the owner");
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException(what);
    }
  }
}
