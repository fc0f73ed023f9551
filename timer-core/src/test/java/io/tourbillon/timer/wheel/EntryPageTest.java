package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryPageTest {
  private static final int LAST_GENERATION = -1;

  private final EntryPage page = new EntryPage(3, EntryPage.FIRST_GENERATION);

  private static long id(int generation, int page, int offset) {
    return (long) generation << 32 | page << EntryPage.BITS | offset;
  }

  @Test
  void occupy_freshPage_takesEntriesInOrder() {
    for (int offset = 0; offset < EntryPage.SIZE; offset++) {
      assertFalse(page.isFull());
      assertEquals(3 << EntryPage.BITS | offset, page.firstFree());
      assertEquals(id(1, 3, offset), page.occupy(offset, offset, "task"));
      assertEquals(offset + 1, page.live());
      page.checkInvariants();
    }
    assertTrue(page.isFull());
  }

  @Test
  void occupy_afterVacate_takesEntryThatWasFreedLast() {
    for (int i = 0; i < 5; i++) {
      page.occupy(0, i, "task");
    }
    page.vacate(1);
    page.vacate(3);
    assertEquals(id(2, 3, 3), page.occupy(0, 0, "task"));
    assertEquals(id(2, 3, 1), page.occupy(0, 0, "task"));
    assertEquals(id(1, 3, 5), page.occupy(0, 0, "task"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void words_ofOneEntry_doNotDisturbEachOther(long deadline) {
    String task = "task";
    page.occupy(7, 7, "neighbour");
    long id = page.occupy(deadline, Integer.MAX_VALUE, task);
    page.setCell(1, 0);
    page.setCell(1, 123_456_789);
    assertEquals(123_456_789, page.cell(1));
    assertEquals(deadline, page.deadlineTick(1));
    page.setDeadlineTick(1, ~deadline);
    assertEquals(~deadline, page.deadlineTick(1));
    assertEquals(123_456_789, page.cell(1));
    assertEquals(id, page.id(1));
    assertTrue(page.isTenant(1, id));
    assertSame(task, page.task(1));
    assertSame(task, page.vacate(1));
    assertEquals(7, page.deadlineTick(0));
    assertEquals(7, page.cell(0));
  }

  @Test
  void isTenant_ofFreeEntry_isFalseEvenForTheNextTenantsId() {
    assertFalse(page.isTenant(0, id(1, 3, 0)));
    page.occupy(0, 0, "task");
    page.vacate(0);
    assertFalse(page.isTenant(0, id(1, 3, 0)));
    assertFalse(page.isTenant(0, id(2, 3, 0)));
    assertFalse(page.isLive(0));
    page.occupy(0, 0, "task");
    assertFalse(page.isTenant(0, id(1, 3, 0)));
    assertTrue(page.isTenant(0, id(2, 3, 0)));
  }

  @Test
  void isEmpty_followsTenants() {
    assertTrue(page.isEmpty());
    page.occupy(0, 0, "task");
    page.occupy(0, 0, "task");
    page.vacate(0);
    assertFalse(page.isEmpty());
    page.vacate(1);
    assertTrue(page.isEmpty());
    assertEquals(0, page.live());
  }

  @Test
  void nextGeneration_isTheHighestOfAnyEntry() {
    assertEquals(1, page.nextGeneration());
    page.occupy(0, 0, "task");
    page.occupy(0, 0, "task");
    for (int i = 0; i < 5; i++) {
      page.vacate(1);
      page.occupy(0, 0, "task");
    }
    page.vacate(1);
    page.vacate(0);
    assertEquals(7, page.nextGeneration());
  }

  @Test
  void nextGeneration_comparesUnsigned() {
    EntryPage old = new EntryPage(0, Integer.MAX_VALUE);
    old.occupy(0, 0, "task");
    old.vacate(0);
    assertEquals(Integer.MIN_VALUE, old.nextGeneration());
  }

  @Test
  void vacate_inLastGeneration_retiresEntry() {
    EntryPage old = new EntryPage(0, LAST_GENERATION);
    long id = old.occupy(5, 6, "task");
    assertEquals(id(LAST_GENERATION, 0, 0), id);
    assertTrue(old.isTenant(0, id));
    old.vacate(0);
    assertEquals(1, old.firstFree(), "the retired entry is not the first free one");
    for (long stale : new long[] {id, 0, id(EntryPage.FIRST_GENERATION, 0, 0)}) {
      assertFalse(old.isTenant(0, stale));
    }
    assertTrue(old.isEmpty());
    assertFalse(old.isFull());
    assertEquals(EntryPage.RETIRED, old.nextGeneration());
    old.checkInvariants();
  }

  @Test
  void vacate_allInLastGeneration_leavesPageFullAndEmpty() {
    EntryPage old = new EntryPage(0, LAST_GENERATION);
    for (int offset = 0; offset < EntryPage.SIZE; offset++) {
      old.occupy(0, 0, "task");
    }
    for (int offset = 0; offset < EntryPage.SIZE; offset++) {
      assertFalse(old.isEmpty());
      old.vacate(offset);
      assertTrue(old.isFull());
      old.checkInvariants();
    }
    assertTrue(old.isEmpty());
  }
}
