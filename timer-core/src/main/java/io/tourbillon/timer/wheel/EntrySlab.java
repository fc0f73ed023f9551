package io.tourbillon.timer.wheel;

import static io.tourbillon.timer.wheel.EntryPage.FIRST_GENERATION;
import static io.tourbillon.timer.wheel.EntryPage.RETIRED;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one wheel, in pages.
 *
 * <p>An entry is named by its index, {@code page << 10 | offset}, and a tenant of it by its id,
 * {@code generation << 32 | index}. Generations start at 1, so no id is 0; they go up by one when a
 * tenant leaves, so a stale id never matches. An entry whose generation would wrap is retired: it
 * never joins a free list again. The highest generation of a page outlives the page, so that ids
 * stay unique when the page is given back and later created again.
 *
 * <p>Free entries are chained per page, last freed first, and the page that last freed one is asked
 * first: the entry that a cancel has just touched is the one that the next arm takes, while it is
 * still in the cache. Growth adds a page and copies only the table of pages.
 */
final class EntrySlab {
  private static final int NO_PAGE = -1;

  private final int maxPages;

  // One element a page. A page that was given back is null.
  private @Nullable EntryPage[] pages = new EntryPage[4];
  private int[] firstGeneration = new int[4];

  /** A stack of the pages that were given back and may be created again. */
  private int[] absent = new int[4];

  private int absentCount;
  private int pageCount;

  /** The list of the pages that have a free entry. */
  private int spareHead = NO_PAGE;

  /** The page that freed an entry last, or else any page that has a free one. */
  private int hotPage = NO_PAGE;

  private int emptyPages;
  private long armed;
  private long disarmed;

  EntrySlab(int maxEntries) {
    this.maxPages = maxEntries >>> EntryPage.BITS;
  }

  int size() {
    return (int) (armed - disarmed);
  }

  int pageCount() {
    return pageCount;
  }

  /** The page of this number, or null if it was given back or never was. */
  @Nullable EntryPage page(int number) {
    return number >= 0 && number < pages.length ? pages[number] : null;
  }

  /** The page of a live entry. */
  EntryPage pageOf(int index) {
    EntryPage page = pages[index >>> EntryPage.BITS];
    assert page != null : "page of entry " + index + " was given back";
    return page;
  }

  /** The page whose first free entry is to be taken next. */
  EntryPage pageToFill() {
    int number = hotPage;
    return number == NO_PAGE ? createPage() : pageOf(number << EntryPage.BITS);
  }

  /** Gives the first free entry of {@link #pageToFill} to a tenant, and returns its id. */
  long occupy(EntryPage page, long deadlineTick, int cell, Object task) {
    if (page.isEmpty()) {
      emptyPages--;
    }
    long id = page.occupy(deadlineTick, cell, task);
    if (page.isFull()) {
      unlinkSpare(page);
    }
    armed++;
    return id;
  }

  /** Frees the entry and lets go of its task, which it returns. */
  Object vacate(EntryPage page, int offset) {
    boolean wasFull = page.isFull();
    Object task = page.vacate(offset);
    if (wasFull && !page.isFull()) {
      pushSpare(page);
    }
    if (page.isEmpty()) {
      emptyPages++;
    }
    if (!page.isFull()) {
      hotPage = page.number;
    }
    disarmed++;
    return task;
  }

  /** Pages without a tenant, but for the one that is kept for the next. */
  int surplusPages() {
    return Math.max(0, emptyPages - 1);
  }

  /** Gives back up to so many pages without a tenant; keeps one. */
  void releasePages(int limit) {
    int left = Math.min(limit, surplusPages());
    for (int number = pageCount - 1; number >= 0 && left > 0; number--) {
      EntryPage page = pages[number];
      if (page != null && page.isEmpty()) {
        release(page);
        left--;
      }
    }
  }

  private void release(EntryPage page) {
    int generation = page.nextGeneration();
    firstGeneration[page.number] = generation;
    if (generation != RETIRED) {
      absent[absentCount++] = page.number;
    }
    if (!page.isFull()) {
      unlinkSpare(page);
    }
    pages[page.number] = null;
    emptyPages--;
  }

  private EntryPage createPage() {
    int number = absentCount > 0 ? absent[--absentCount] : appendPage();
    EntryPage page = new EntryPage(number, firstGeneration[number]);
    pages[number] = page;
    emptyPages++;
    pushSpare(page);
    hotPage = number;
    return page;
  }

  private int appendPage() {
    if (pageCount == maxPages) {
      throw new IllegalStateException(
          "a wheel holds at most " + ((long) maxPages << EntryPage.BITS) + " timers: " + size());
    }
    if (pageCount == pages.length) {
      int length = Math.min(maxPages, pageCount << 1);
      pages = Arrays.copyOf(pages, length);
      firstGeneration = Arrays.copyOf(firstGeneration, length);
      absent = Arrays.copyOf(absent, length);
    }
    firstGeneration[pageCount] = FIRST_GENERATION;
    return pageCount++;
  }

  private void pushSpare(EntryPage page) {
    page.previousSpare = NO_PAGE;
    page.nextSpare = spareHead;
    EntryPage next = page(spareHead);
    if (next != null) {
      next.previousSpare = page.number;
    }
    spareHead = page.number;
  }

  private void unlinkSpare(EntryPage page) {
    EntryPage previous = page(page.previousSpare);
    if (previous == null) {
      spareHead = page.nextSpare;
    } else {
      previous.nextSpare = page.nextSpare;
    }
    EntryPage next = page(page.nextSpare);
    if (next != null) {
      next.previousSpare = page.previousSpare;
    }
    if (hotPage == page.number) {
      hotPage = spareHead;
    }
  }

  /** Counts every entry and walks the list of spare pages. */
  boolean checkInvariants() {
    int live = 0;
    int empty = 0;
    int spare = 0;
    for (int number = 0; number < pageCount; number++) {
      EntryPage page = pages[number];
      if (page != null) {
        page.checkInvariants();
        live += page.live();
        empty += page.isEmpty() ? 1 : 0;
        spare += page.isFull() ? 0 : 1;
      }
    }
    check(live == size(), "entries live", live, size());
    check(empty == emptyPages, "pages empty", empty, emptyPages);
    for (EntryPage page = page(spareHead); page != null; page = page(page.nextSpare)) {
      spare--;
    }
    check(spare == 0, "pages with a free entry that are not on the list", spare, 0);
    return true;
  }

  private static void check(boolean holds, String what, int counted, int noted) {
    if (!holds) {
      throw new AssertionError(what + ": " + counted + ", not " + noted);
    }
  }
}
