package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EntrySlabTest {
  private static final int LAST_GENERATION = -1;

  private final EntrySlab slab = new EntrySlab(8 * EntryPage.SIZE);

  @AfterEach
  void invariants_hold() {
    assertTrue(slab.checkInvariants());
  }

  private long occupy() {
    return slab.occupy(slab.pageToFill(), 0, 0, "task");
  }

  private List<Long> occupy(int count) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(occupy());
    }
    return ids;
  }

  private void vacate(long id) {
    EntryPage page = slab.page(pageNumber(id));
    assertNotNull(page);
    int offset = (int) id & EntryPage.OFFSET_MASK;
    assertTrue(page.isTenant(offset, id));
    assertEquals("task", slab.vacate(page, offset));
  }

  private static int pageNumber(long id) {
    return (int) id >>> EntryPage.BITS;
  }

  private boolean isPending(long id) {
    EntryPage page = slab.page(pageNumber(id));
    return page != null && page.isTenant((int) id & EntryPage.OFFSET_MASK, id);
  }

  @Test
  void pageToFill_isThePageThatFreedAnEntryLast() {
    List<Long> ids = occupy(4 * EntryPage.SIZE);
    long inPage2 = ids.get(2 * EntryPage.SIZE + 5);
    long inPage0 = ids.get(9);
    vacate(inPage2);
    vacate(inPage0);
    assertEquals((int) inPage0, (int) occupy());
    assertEquals((int) inPage2, (int) occupy());
    assertEquals(4, pageNumber(occupy()));
  }

  @Test
  void occupy_withFreeEntriesInAnyPage_addsNoPage() {
    List<Long> ids = occupy(8 * EntryPage.SIZE);
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      Set<Integer> freed = new HashSet<>();
      for (int i = 0; i < 3000; i++) {
        long id = ids.remove(random.nextInt(ids.size()));
        vacate(id);
        freed.add((int) id);
      }
      assertTrue(slab.checkInvariants());
      for (int i = 0; i < 3000; i++) {
        long id = occupy();
        assertTrue(freed.remove((int) id), "an entry that was not free");
        ids.add(id);
      }
    }
    assertEquals(8 * EntryPage.SIZE, slab.size());
  }

  @Test
  void pageToFill_beyondMaximum_isRefused() {
    occupy(8 * EntryPage.SIZE);
    Exception refusal = assertThrows(IllegalStateException.class, slab::pageToFill);
    assertEquals("a wheel holds at most 8192 timers: 8192", refusal.getMessage());
    assertEquals(8, slab.pageCount());
  }

  @Test
  void releasePages_keepsOneAndThoseWithTenants() {
    List<Long> ids = occupy(5 * EntryPage.SIZE);
    long kept = ids.remove(2 * EntryPage.SIZE);
    ids.forEach(this::vacate);
    assertEquals(3, slab.surplusPages());
    slab.releasePages(2);
    assertEquals(1, slab.surplusPages());
    slab.releasePages(100);
    assertEquals(0, slab.surplusPages());
    assertTrue(isPending(kept));
    assertEquals(5, slab.pageCount());
    int held = 0;
    for (int number = 0; number < 5; number++) {
      held += slab.page(number) == null ? 0 : 1;
    }
    assertEquals(2, held);
  }

  @Test
  void releasePages_ofTheHotPage_leavesAnotherToFill() {
    List<Long> ids = occupy(3 * EntryPage.SIZE);
    ids.forEach(this::vacate);
    assertEquals(2, slab.pageToFill().number);
    slab.releasePages(2);
    assertEquals(0, slab.pageToFill().number);
    assertFalse(isPending(occupy(EntryPage.SIZE + 1).getFirst() - (1L << 32)));
    assertEquals(3, slab.pageCount());
  }

  @Test
  void releasedPage_createdAgain_goesOnWithHigherGenerations() {
    List<Long> first = occupy(2 * EntryPage.SIZE);
    first.forEach(this::vacate);
    slab.releasePages(1);
    assertNull(slab.page(1));
    List<Long> second = occupy(2 * EntryPage.SIZE);
    assertTrue(first.stream().noneMatch(this::isPending));
    assertTrue(second.stream().allMatch(this::isPending));
    assertTrue(second.stream().allMatch(id -> id >>> 32 == 2));
  }

  @Test
  void entryOfLastGeneration_isNeverUsedAgain() {
    ageAllPagesBut(0);
    List<Long> ids = occupy(8 * EntryPage.SIZE);
    assertEquals(7 * EntryPage.SIZE, ids.stream().filter(id -> id < 0).count());
    long retired = ids.stream().filter(id -> id < 0).findFirst().orElseThrow();
    vacate(retired);
    assertFalse(isPending(retired));
    assertFalse(isPending(retired & 0xFFFF_FFFFL), "generation 0 names no tenant");
    assertThrows(IllegalStateException.class, slab::pageToFill);
    assertEquals(8 * EntryPage.SIZE - 1, slab.size());
  }

  @Test
  void pageWithRetiredEntry_isGivenBackAndNeverCreatedAgain() {
    ageAllPagesBut(0);
    occupy(EntryPage.SIZE);
    long last = occupy();
    assertTrue(last < 0);
    vacate(last);
    // Page 0 is full; one more page without a tenant makes the other one surplus.
    long other = fillPage(pageNumber(last)).getLast();
    assertTrue(pageNumber(other) != pageNumber(last));
    vacate(other);
    slab.releasePages(100);
    assertEquals(0, slab.surplusPages());
    assertTrue(slab.checkInvariants());
    Set<Integer> pages = new HashSet<>();
    assertThrows(
        IllegalStateException.class,
        () -> {
          while (true) {
            pages.add(pageNumber(occupy()));
          }
        });
    assertTrue(slab.size() < 8 * EntryPage.SIZE);
    assertTrue(pages.size() < 8);
  }

  @Test
  void pageOfRetiredEntriesOnly_isGivenBack() {
    ageAllPagesBut(0);
    List<Long> ids = occupy(4 * EntryPage.SIZE);
    ids.forEach(this::vacate);
    assertTrue(slab.checkInvariants());
    slab.releasePages(100);
    assertEquals(0, slab.surplusPages());
    assertTrue(slab.checkInvariants());
    List<Long> next = occupy(5 * EntryPage.SIZE);
    assertTrue(next.stream().noneMatch(ids::contains));
    assertThrows(IllegalStateException.class, slab::pageToFill);
  }

  /** Occupies the rest of a page and one entry more, frees the page, and returns all those ids. */
  private List<Long> fillPage(int number) {
    List<Long> ids = new ArrayList<>();
    do {
      ids.add(occupy());
    } while (pageNumber(ids.getLast()) == number);
    ids.subList(0, ids.size() - 1).forEach(this::vacate);
    return ids;
  }

  /** Leaves a slab of 8 pages, of which only page 0 is held and the others are at their last. */
  private void ageAllPagesBut(int number) {
    occupy(8 * EntryPage.SIZE).forEach(this::vacate);
    slab.releasePages(7);
    assertNotNull(slab.page(number));
    Internals.ageAbsentPages(slab, LAST_GENERATION);
  }
}
