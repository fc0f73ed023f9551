package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntrySlabTest {
  private static final int PAGES = 8;
  private static final int PAGE_SIZE = EntrySlab.PAGE_SIZE;
  private static final int LAST_GENERATION = Integer.MAX_VALUE;

  private final TaskSlab slab = new TaskSlab(new IdSpace(PAGES * PAGE_SIZE));

  @AfterEach
  void invariants_hold() {
    assertTrue(slab.checkInvariants());
  }

  private static long id(int generation, int index) {
    return (long) generation << 32 | index;
  }

  private static int page(long id) {
    return (int) id >>> EntrySlab.PAGE_BITS;
  }

  private static int generation(long id) {
    return (int) (id >>> 32);
  }

  private long occupy() {
    return slab.occupy(slab.firstFree(), 0, 0, "task");
  }

  private List<Long> occupy(int count) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(occupy());
    }
    return ids;
  }

  private void vacate(long id) {
    assertTrue(slab.isTenant(id));
    assertEquals("task", slab.vacate((int) id));
    assertFalse(slab.isTenant(id));
  }

  private void trimFully() {
    trimFully(slab);
  }

  /** Trims page by page, and checks that this comes to an end. */
  private static void trimFully(EntrySlab slab) {
    int callsLeft = slab.pageCount();
    do {
      slab.trim(1);
      assertTrue(callsLeft-- > 0, "still trimmable after as many calls as there were pages");
    } while (slab.isTrimmable());
    assertTrue(slab.checkInvariants());
  }

  @Test
  void occupy_freshPages_takesEntriesInOrder() {
    for (int index = 0; index < 2 * PAGE_SIZE; index++) {
      assertEquals(index, slab.firstFree());
      assertEquals(id(1, index), occupy());
      assertEquals(index + 1, slab.size());
    }
    assertEquals(2, slab.pageCount());
  }

  @Test
  void occupy_afterVacate_takesEntryThatWasFreedLast() {
    occupy(5);
    vacate(id(1, 1));
    vacate(id(1, 3));
    assertEquals(id(2, 3), occupy());
    assertEquals(id(2, 1), occupy());
    assertEquals(id(1, 5), occupy());
  }

  @Test
  void occupy_afterVacateInManyPages_takesLastFreedAndThenPageByPage() {
    List<Long> ids = occupy(4 * PAGE_SIZE);
    Collections.shuffle(ids, new Random(1));
    List<Long> gone = ids.subList(0, 2 * PAGE_SIZE);
    gone.forEach(this::vacate);
    long last = occupy();
    assertEquals(gone.getLast() + (1L << 32), last);
    List<Integer> pages = occupy(gone.size() - 1).stream().map(EntrySlabTest::page).toList();
    int changes = 0;
    for (int i = 1; i < pages.size(); i++) {
      changes += pages.get(i).equals(pages.get(i - 1)) ? 0 : 1;
    }
    assertEquals(3, changes);
  }

  @Test
  void firstFree_askedTwice_isTheSame() {
    assertEquals(slab.firstFree(), slab.firstFree());
    assertEquals(1, slab.pageCount());
    occupy(PAGE_SIZE);
    assertEquals(slab.firstFree(), slab.firstFree());
    assertEquals(2, slab.pageCount());
  }

  @Test
  void occupy_withFreeEntriesInAnyPage_addsNoPage() {
    List<Long> ids = occupy(PAGES * PAGE_SIZE);
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
    assertEquals(PAGES * PAGE_SIZE, slab.size());
  }

  @Test
  void firstFree_beyondMaximum_isRefused() {
    occupy(PAGES * PAGE_SIZE);
    Exception refusal = assertThrows(IllegalStateException.class, slab::firstFree);
    assertEquals("a wheel holds at most 8192 timers: 8192", refusal.getMessage());
    assertEquals(PAGES, slab.pageCount());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void words_ofOneEntry_doNotDisturbEachOther(long deadline) {
    String task = "task of entry 1";
    slab.occupy(slab.firstFree(), 7, 7, "neighbour");
    long id = slab.occupy(slab.firstFree(), deadline, Integer.MAX_VALUE, task);
    slab.occupy(slab.firstFree(), 9, 9, "neighbour");
    assertEquals(Integer.MAX_VALUE, slab.cell(1));
    slab.setCell(1, 0);
    slab.setCell(1, 123_456_789);
    assertEquals(123_456_789, slab.cell(1));
    assertEquals(deadline, slab.deadlineTick(1));
    slab.setDeadlineTick(1, ~deadline);
    assertEquals(~deadline, slab.deadlineTick(1));
    assertEquals(123_456_789, slab.cell(1));
    assertEquals(id, slab.id(1));
    assertTrue(slab.isTenant(id));
    assertSame(task, slab.task(1));
    assertSame(task, slab.vacate(1));
    assertEquals(7, slab.deadlineTick(0));
    assertEquals(7, slab.cell(0));
    assertEquals(9, slab.deadlineTick(2));
    assertEquals(9, slab.cell(2));
  }

  @Test
  void isTenant_ofFreeEntry_isFalseEvenForTheNextTenantsId() {
    assertFalse(slab.isTenant(id(1, 0)), "a page that is not");
    slab.firstFree();
    assertFalse(slab.isTenant(id(1, 0)));
    vacate(occupy());
    assertFalse(slab.isTenant(id(1, 0)));
    assertFalse(slab.isTenant(id(2, 0)));
    assertEquals(id(2, 0), occupy());
    assertFalse(slab.isTenant(id(1, 0)));
    assertTrue(slab.isTenant(id(2, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {PAGES * PAGE_SIZE, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void isTenant_ofIndexBeyondTheLastPage_isFalse(int index) {
    occupy(PAGES * PAGE_SIZE);
    assertFalse(slab.isTenant(1L << 32 | (index & 0xFFFF_FFFFL)));
  }

  @Test
  void nextTenant_ofEachPage_findsEveryTenantOnce() {
    List<Long> ids = occupy(3 * PAGE_SIZE);
    List<Integer> left = new ArrayList<>();
    for (long id : ids) {
      // Page 1 has no tenant. The other pages keep their first and their last one.
      int offset = (int) id % PAGE_SIZE;
      if (page(id) == 1 || offset % 11 > 0) {
        vacate(id);
      } else {
        left.add((int) id);
      }
    }
    List<Integer> found = new ArrayList<>();
    for (int page = 0; page < 3; page++) {
      int index = slab.nextTenant(page, page << EntrySlab.PAGE_BITS);
      for (; index >= 0; index = slab.nextTenant(page, index + 1)) {
        found.add(index);
      }
    }
    assertEquals(left, found);
    assertTrue(left.contains(0) && left.contains(3 * PAGE_SIZE - 1));
  }

  @Test
  void isTrimmable_withTwoPagesWithoutTenants_untilOneIsLeft() {
    List<Long> ids = occupy(5 * PAGE_SIZE);
    ids.subList(0, 2 * PAGE_SIZE).forEach(this::vacate);
    // The entry that was freed last may be used again at any time, so its page is kept.
    assertFalse(slab.isTrimmable());
    vacate(ids.get(4 * PAGE_SIZE));
    assertTrue(slab.isTrimmable());
    slab.trim(1);
    assertFalse(slab.isTrimmable());
    assertEquals(4, Internals.pagesHeld(slab));
  }

  @Test
  void isTrimmable_withASinglePage_isFalse() {
    assertFalse(slab.isTrimmable());
    occupy(PAGE_SIZE).forEach(this::vacate);
    assertFalse(slab.isTrimmable());
    slab.trim(100);
    assertEquals(1, Internals.pagesHeld(slab));
  }

  @Test
  void trim_keepsPagesWithTenants() {
    List<Long> ids = occupy(5 * PAGE_SIZE);
    long kept = ids.remove(2 * PAGE_SIZE);
    ids.forEach(this::vacate);
    slab.trim(2);
    assertEquals(3, Internals.pagesHeld(slab));
    trimFully();
    assertTrue(slab.isTenant(kept));
    assertEquals(5, slab.pageCount());
    assertEquals(2, Internals.pagesHeld(slab), "with one to spare");
    for (int page = 0; page < 5; page++) {
      int first = slab.nextTenant(page, page << EntrySlab.PAGE_BITS);
      assertEquals(page == 2 ? (int) kept : -1, first);
    }
  }

  @Test
  void trim_withoutTenants_keepsTheFirstPage() {
    occupy(PAGES * PAGE_SIZE).forEach(this::vacate);
    trimFully();
    assertEquals(1, Internals.pagesHeld(slab));
    assertTrue(Internals.isHeld(slab, 0));
    assertEquals(0, page(slab.firstFree()));
  }

  @Test
  void trim_inStepsBetweenRandomOperations_losesNoEntryAndGivesNoIdTwice() {
    for (int seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      TaskSlab any = new TaskSlab(new IdSpace(PAGES * PAGE_SIZE));
      List<Long> tenants = new ArrayList<>();
      Set<Long> idsEverGiven = new HashSet<>();
      for (int round = 0; round < 600; round++) {
        int target = random.nextInt(3) == 0 ? 0 : random.nextInt(PAGES * PAGE_SIZE);
        int steps = random.nextInt(1, 1500);
        boolean inOrder = random.nextBoolean();
        for (int step = 0; step < steps; step++) {
          if (tenants.size() < target) {
            long id = any.occupy(any.firstFree(), step, step, "task");
            assertTrue(idsEverGiven.add(id), "seed " + seed);
            tenants.add(id);
          } else if (!tenants.isEmpty()) {
            int last = tenants.size() - 1;
            Collections.swap(tenants, inOrder ? last : random.nextInt(last + 1), last);
            assertTrue(any.isTenant(tenants.getLast()));
            any.vacate(tenants.removeLast().intValue());
          }
        }
        any.trim(random.nextInt(4));
        assertTrue(any.checkInvariants());
        assertEquals(tenants.size(), any.size());
      }
      assertTrue(tenants.stream().allMatch(any::isTenant), "seed " + seed);
      idsEverGiven.removeAll(tenants);
      assertTrue(idsEverGiven.stream().noneMatch(any::isTenant), "seed " + seed);
      tenants.forEach(id -> any.vacate(id.intValue()));
      trimFully(any);
      assertEquals(1, Internals.pagesHeld(any));
    }
  }

  // Generations.

  @Test
  void releasedPage_createdAgain_goesOnWithHigherGenerations() {
    List<Long> first = occupy(2 * PAGE_SIZE);
    first.forEach(this::vacate);
    trimFully();
    assertFalse(Internals.isHeld(slab, 1));
    assertTrue(first.stream().noneMatch(slab::isTenant));
    List<Long> second = occupy(2 * PAGE_SIZE);
    assertTrue(first.stream().noneMatch(slab::isTenant));
    assertTrue(second.stream().allMatch(slab::isTenant));
    assertTrue(second.stream().allMatch(id -> generation(id) == 2));
  }

  @Test
  void releasedPage_createdAgain_startsWithTheHighestGenerationOfAnyEntry() {
    occupy(PAGE_SIZE);
    List<Long> ids = occupy(PAGE_SIZE);
    long often = ids.remove(500);
    for (int i = 0; i < 5; i++) {
      vacate(often);
      often = occupy();
      assertEquals(PAGE_SIZE + 500, (int) often, "the same entry again");
    }
    vacate(often);
    ids.forEach(this::vacate);
    vacateFirstPageAndRelease();
    occupy(PAGE_SIZE);
    assertTrue(occupy(PAGE_SIZE).stream().allMatch(id -> generation(id) == 7));
  }

  /** Leaves two pages without a tenant, and frees all pages except the first. */
  private void vacateFirstPageAndRelease() {
    for (int index = 0; index < PAGE_SIZE; index++) {
      vacate(slab.id(index));
    }
    trimFully();
    assertEquals(1, Internals.pagesHeld(slab));
    assertTrue(Internals.isHeld(slab, 0));
  }

  @Test
  void entryOfLastGeneration_isNeverUsedAgain() {
    ageAllPagesBut0(LAST_GENERATION);
    List<Long> ids = occupy(PAGES * PAGE_SIZE);
    assertEquals(
        (PAGES - 1) * PAGE_SIZE,
        ids.stream().filter(id -> generation(id) == LAST_GENERATION).count());
    long retired =
        ids.stream().filter(id -> generation(id) == LAST_GENERATION).findFirst().orElseThrow();
    vacate(retired);
    for (int generation : new int[] {LAST_GENERATION, Integer.MIN_VALUE, 0, 1}) {
      assertFalse(slab.isTenant(id(generation, (int) retired)), "generation " + generation);
    }
    assertThrows(IllegalStateException.class, slab::firstFree);
    assertEquals(PAGES * PAGE_SIZE - 1, slab.size());
  }

  @Test
  void vacate_inLastGenerationOfPartlyFilledPage_leavesTheFreeOnes() {
    ageAllPagesBut0(LAST_GENERATION);
    occupy(PAGE_SIZE);
    long first = occupy();
    long second = occupy();
    vacate(first);
    assertEquals((int) second + 1, slab.firstFree(), "the retired entry is not the first free one");
    vacate(second);
    assertEquals((int) second + 1, slab.firstFree());
  }

  @Test
  void pageWithRetiredEntry_isGivenBackAndNeverCreatedAgain() {
    ageAllPagesBut0(LAST_GENERATION);
    occupy(PAGE_SIZE);
    long last = occupy();
    assertEquals(LAST_GENERATION, generation(last));
    vacate(last);
    long other = fillPage(page(last)).getLast();
    assertTrue(page(other) != page(last));
    vacate(other);
    trimFully();
    assertEquals(2, Internals.pagesHeld(slab), "with one to spare");
    int gone = Internals.isHeld(slab, page(last)) ? page(other) : page(last);
    Set<Integer> pages = new HashSet<>();
    assertThrows(
        IllegalStateException.class,
        () -> {
          while (true) {
            pages.add(page(occupy()));
          }
        });
    assertFalse(pages.contains(gone));
    assertEquals(PAGES - 3, pages.size(), "all but page 0, the one given back and the retired one");
    assertEquals((PAGES - 2) * PAGE_SIZE, slab.size());
  }

  @Test
  void pageOfRetiredEntriesOnly_isGivenBack() {
    ageAllPagesBut0(LAST_GENERATION);
    List<Long> ids = occupy(4 * PAGE_SIZE);
    ids.forEach(this::vacate);
    assertTrue(slab.checkInvariants());
    trimFully();
    assertEquals(1, Internals.pagesHeld(slab));
    assertTrue(slab.checkInvariants());
    List<Long> next = occupy(5 * PAGE_SIZE);
    assertTrue(next.stream().noneMatch(ids::contains));
    assertThrows(IllegalStateException.class, slab::firstFree);
  }

  /** Occupies the rest of a page and one more entry, frees the page, and returns all its ids. */
  private List<Long> fillPage(int page) {
    List<Long> ids = new ArrayList<>();
    do {
      ids.add(occupy());
    } while (page(ids.getLast()) == page);
    ids.subList(0, ids.size() - 1).forEach(this::vacate);
    return ids;
  }

  /** Leaves a slab of 8 pages. Only page 0 is held; the others start with this generation. */
  private void ageAllPagesBut0(int generation) {
    occupy(PAGES * PAGE_SIZE).forEach(this::vacate);
    trimFully();
    assertTrue(Internals.isHeld(slab, 0));
    Internals.ageAbsentPages(slab, generation);
  }
}
