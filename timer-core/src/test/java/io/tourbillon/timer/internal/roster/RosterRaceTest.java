package io.tourbillon.timer.internal.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.roster.RosterTest.Guest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Threads that add and remove race against one that closes. */
class RosterRaceTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 300;
  private static final int MOST = 10_000;

  /** The object of the race: the roster or a twin. */
  private interface Raced {
    boolean add(Guest guest);

    void close();

    List<Guest> members();
  }

  @Test
  void add_racingClose_isFoundOrRefused() throws InterruptedException {
    assertEquals(0, membersMissed(RosterRaceTest::newRoster, ROUNDS));
  }

  @Test
  void add_racingClose_brokenTwinIsCaught() throws InterruptedException {
    assertTrue(membersMissed(CheckThenAct::new, 50) > 0);
  }

  /** Counts accepted members that the closing thread did not find. */
  private static int membersMissed(Supplier<Raced> make, int rounds) throws InterruptedException {
    int missed = 0;
    for (int round = 0; round < rounds; round++) {
      Raced raced = make.get();
      List<List<Guest>> accepted = new ArrayList<>();
      List<Thread> adders = new ArrayList<>();
      CountDownLatch start = new CountDownLatch(THREADS);
      for (int number = 0; number < THREADS; number++) {
        List<Guest> mine = new ArrayList<>();
        accepted.add(mine);
        adders.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      start.countDown();
                      Guest guest = new Guest();
                      while (mine.size() < MOST && raced.add(guest)) {
                        mine.add(guest);
                        guest = new Guest();
                      }
                    }));
      }
      start.await();
      raced.close();
      Set<Guest> found = new HashSet<>(raced.members());
      for (Thread adder : adders) {
        adder.join();
      }
      for (List<Guest> mine : accepted) {
        for (Guest guest : mine) {
          missed += found.contains(guest) ? 0 : 1;
        }
      }
    }
    return missed;
  }

  @Test
  void isEmptied_removalsRacingClose_exactlyWhenAllHaveGone() throws InterruptedException {
    for (int round = 0; round < ROUNDS; round++) {
      Roster<Guest> roster = new Roster<>();
      List<Guest> guests = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Guest guest = new Guest();
        assertTrue(roster.add(guest));
        guests.add(guest);
      }
      Guest last = guests.removeLast();
      Thread closer = Thread.ofPlatform().start(roster::close);
      guests.parallelStream().forEach(roster::remove);
      closer.join();
      assertFalse(roster.isEmptied());
      roster.remove(last);
      assertTrue(roster.awaitEmptied(0, TimeUnit.SECONDS));
    }
  }

  private static Raced newRoster() {
    Roster<Guest> roster = new Roster<>();
    return new Raced() {
      @Override
      public boolean add(Guest guest) {
        return roster.add(guest);
      }

      @Override
      public void close() {
        roster.close();
      }

      @Override
      public List<Guest> members() {
        return roster.members();
      }
    };
  }

  /** Checks the flag, and then adds, so that a close can come in between. */
  private static final class CheckThenAct implements Raced {
    private final Set<Guest> guests =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private volatile boolean closed;

    @Override
    public boolean add(Guest guest) {
      if (closed) {
        return false;
      }
      LockSupport.parkNanos(1);
      guests.add(guest);
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public List<Guest> members() {
      synchronized (guests) {
        return List.copyOf(guests);
      }
    }
  }
}
