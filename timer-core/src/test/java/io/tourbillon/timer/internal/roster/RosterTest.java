package io.tourbillon.timer.internal.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which members are in the roster, and when it is empty for ever. */
class RosterTest {
  private final Roster<Guest> roster = new Roster<>();

  private Guest added() {
    Guest guest = new Guest();
    assertTrue(roster.add(guest));
    return guest;
  }

  @Test
  void members_someHaveLeft_areTheOthers() {
    Random random = new Random(1);
    Set<Guest> expected = new HashSet<>();
    List<Guest> all = new ArrayList<>();
    for (int step = 0; step < 100_000; step++) {
      if (random.nextInt(3) > 0) {
        Guest guest = added();
        all.add(guest);
        expected.add(guest);
      } else if (!all.isEmpty()) {
        Guest guest = all.get(random.nextInt(all.size()));
        roster.remove(guest);
        expected.remove(guest);
      }
    }
    List<Guest> members = roster.members();
    assertEquals(expected.size(), members.size());
    assertEquals(expected, new HashSet<>(members));
  }

  @Test
  void remove_twice_isOnce() {
    Guest first = added();
    Guest second = added();
    roster.remove(first);
    roster.remove(first);
    assertEquals(List.of(second), roster.members());
  }

  @Test
  void remove_oneThatWasNeverAdded_doesNothing() {
    Guest guest = added();
    roster.remove(new Guest());
    roster.close();
    assertEquals(List.of(guest), roster.members());
    assertFalse(roster.isEmptied());
  }

  @Test
  void remove_all_letsGoOfThem() {
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      guests.add(added());
    }
    guests.forEach(roster::remove);
    assertEquals(List.of(), roster.members());
    assertFalse(roster.isEmptied(), "it is not closed");
  }

  @Test
  void add_afterClose_isRefused() {
    roster.close();
    assertFalse(roster.add(new Guest()));
    assertTrue(roster.isClosed());
    assertEquals(List.of(), roster.members());
  }

  @Test
  void isEmptied_closedEmpty_atOnce() {
    assertFalse(roster.isEmptied());
    roster.close();
    assertTrue(roster.isEmptied());
  }

  @Test
  void isEmptied_closedTwiceWithMembers_whenTheLastHasGone() throws InterruptedException {
    Guest first = added();
    Guest second = added();
    roster.close();
    roster.close();
    roster.remove(first);
    assertFalse(roster.awaitEmptied(0, TimeUnit.SECONDS));
    roster.remove(second);
    assertTrue(roster.awaitEmptied(0, TimeUnit.SECONDS));
  }

  /** A member without other state. */
  static final class Guest implements Roster.Member {
    private int place = NOWHERE;

    @Override
    public int rosterPlace() {
      return place;
    }

    @Override
    public void rosterPlace(int place) {
      this.place = place;
    }
  }
}
