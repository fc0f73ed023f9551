package io.tourbillon.timer.wheel;

import java.util.Arrays;

/**
 * The entries of one wheel, in pages of {@value #PAGE_SIZE}: deadline, generation and place of a
 * timer. A subclass adds one column, in an array for each page: what the timer is for.
 *
 * <p>An entry is two consecutive words of primitives, 16 bytes that never straddle a cache line:
 *
 * <pre>
 *   word 0   deadline tick         (free: offset of the next free entry of the page, or PAGE_SIZE)
 *   word 1   generation | cell     (free: generation of the next tenant | NO_CELL)
 * </pre>
 *
 * <p>An entry is named by its index, {@code page << 10 | offset}, and a tenant of it by its id,
 * {@code generation << 32 | index}. Generations start at 1, so no id is 0. They increase by one
 * when a tenant leaves, so a stale id never matches. An entry whose generation would wrap is
 * retired: it never joins a free list again. The highest generation of a page outlives the page, so
 * that ids stay unique when the page is given back and later created again.
 *
 * <p>The entry that was vacated last is taken first, while it is still in the cache, so cancel and
 * arm in alternation touch nothing else here. All other free entries are chained within their page,
 * so that many arms in a row go through memory in order, in whatever order the entries became free.
 * Growth adds a page, and copies only the arrays with one element for each page. Every method
 * allocates before it changes anything, so that an OutOfMemoryError leaves the slab as it was.
 *
 * <p>The numbers of pages come from an {@link IdSpace}. If several slabs share one, a slab has no
 * page where another has one, so no id of one slab is that of a tenant of another.
 */
abstract sealed class EntrySlab permits TaskSlab, LongSlab {
  static final int PAGE_BITS = 10;
  static final int PAGE_SIZE = 1 << PAGE_BITS;

  private static final int NO_CELL = Cells.NO_CELL;

  static final int OFFSET_MASK = PAGE_SIZE - 1;

  private static final int NO_PAGE = -1;

  /** How many pages a trim checks, or more if it may free more. */
  private static final int LOOKS = 1024;

  private static final int NO_ENTRY = -1;
  private static final int FIRST_GENERATION = 1;

  /** Follows the last generation. It is in no id, so nothing finds the entry. */
  private static final int RETIRED = Integer.MIN_VALUE;

  private static final long CELL_MASK = 0xFFFF_FFFFL;

  private static final long[] NO_WORDS = {};

  // The parts of a page's state.
  private static final int FREE_MASK = 0xFFFF;
  private static final int ONE_LIVE = FREE_MASK + 1;

  private final IdSpace space;

  /** One element a page; empty if there is no such page. */
  private long[][] words = {};

  /**
   * One element a page: how many entries are not on its list of free ones, and in the lower half
   * the offset of the first that is, or PAGE_SIZE.
   */
  private int[] state = {};

  // One element a page.
  private int[] firstGeneration = {};

  /** The list of the pages that have a free entry; for a page given back, that of absent pages. */
  private int[] next = {};

  private int[] previous = {};
  private int spare = NO_PAGE;
  private int absent = NO_PAGE;

  /**
   * The entry vacated last, if no tenant has taken it since. On no list; its page counts it as
   * live.
   */
  private int latest = NO_ENTRY;

  /** Follows the highest number of a page that there is or has been. */
  private int pageCount;

  private int emptyPages;

  /** The page that {@link #trim} looked at last. */
  private int hand;

  /**
   * Tenants that came, and tenants that left. Two counters that only grow cost the same as one that
   * goes up and down, and also give the total.
   */
  private long arrivals;

  private long departures;

  EntrySlab(IdSpace space) {
    this.space = space;
  }

  // What a subclass does for its column.

  /**
   * Sets the number of pages that the column has room for. Allocates before it changes anything.
   */
  abstract void resizeColumn(int pages);

  /** Makes the column of a page. Allocates before it changes anything. */
  abstract void createColumn(int page);

  /** Forgets the column of a page. */
  abstract void dropColumn(int page);

  /** Reads the column of an entry, so that it is in the cache. */
  abstract void readColumn(int index);

  /** Whether nothing that a free entry refers to stays reachable. For checks. */
  abstract boolean isCleared(int index);

  final int size() {
    return (int) (arrivals - departures);
  }

  /** Tenants that there are or have been. */
  final long arrivals() {
    return arrivals;
  }

  /** Follows the highest number of a page that there is or has been. */
  final int pageCount() {
    return pageCount;
  }

  // Tenants come and go.

  /**
   * The free entry that {@link #occupy} is to fill next; makes a page if need be.
   *
   * @throws IllegalStateException if the slab holds its maximum of entries
   */
  final int firstFree() {
    if (latest == NO_ENTRY) {
      unlinkFirstFree(spare == NO_PAGE ? createPage() : spare);
    }
    return latest;
  }

  /**
   * Gives the entry that {@link #firstFree} named to a tenant, and returns its id. The caller fills
   * the column.
   */
  final long occupy(int index, long deadlineTick, int cell) {
    assert index == latest : "entry " + index + " is not the first free one, which is " + latest;
    latest = NO_ENTRY;
    int page = index >>> PAGE_BITS;
    int offset = index & OFFSET_MASK;
    int word = offset << 1;
    long[] pageWords = words[page];
    long generation = pageWords[word + 1] & ~CELL_MASK;
    pageWords[word] = deadlineTick;
    pageWords[word + 1] = generation | cell;
    arrivals++;
    return generation | index;
  }

  /** Frees an entry. The caller clears the column if that refers to anything. */
  final void free(int index) {
    if (latest != NO_ENTRY) {
      linkFree(latest);
    }
    latest = index;
    int page = index >>> PAGE_BITS;
    int offset = index & OFFSET_MASK;
    int word = offset << 1 | 1;
    long[] pageWords = words[page];
    int generation = (int) (pageWords[word] >>> 32) + 1;
    pageWords[word] = (long) generation << 32 | CELL_MASK;
    if (generation == RETIRED) {
      retireLatest();
    }
    departures++;
  }

  /** Makes the first entry on the list of a page the one that is taken next. */
  private void unlinkFirstFree(int page) {
    int before = state[page];
    int offset = before & FREE_MASK;
    int nextFree = (int) words[page][offset << 1];
    state[page] = before - offset + ONE_LIVE + nextFree;
    if (before < ONE_LIVE) {
      emptyPages--;
    }
    if (nextFree == PAGE_SIZE) {
      unlinkSpare(page);
    }
    latest = page << PAGE_BITS | offset;
  }

  /** Puts an entry on the list of its page. */
  private void linkFree(int index) {
    int page = index >>> PAGE_BITS;
    int offset = index & OFFSET_MASK;
    int before = state[page];
    int firstFree = before & FREE_MASK;
    words[page][offset << 1] = firstFree;
    state[page] = before - firstFree - ONE_LIVE + offset;
    if (firstFree == PAGE_SIZE) {
      linkSpare(page);
    }
    if (before < 2 * ONE_LIVE) {
      emptyPages++;
    }
  }

  /** The generations of the entry are used up: it is on no list, but does not keep its page. */
  private void retireLatest() {
    int page = latest >>> PAGE_BITS;
    state[page] -= ONE_LIVE;
    if (state[page] < ONE_LIVE) {
      emptyPages++;
    }
    latest = NO_ENTRY;
  }

  // What an entry says.

  /** Whether the id names a tenant. */
  final boolean isTenant(long id) {
    int page = (int) id >>> PAGE_BITS;
    int word = ((int) id & OFFSET_MASK) << 1 | 1;
    if (page >= words.length || word >= words[page].length) {
      return false;
    }
    long place = words[page][word];
    // A free entry already bears its next tenant's generation, but no cell.
    return (place ^ id) >>> 32 == 0 && (int) place != NO_CELL;
  }

  final long id(int index) {
    return (place(index) & ~CELL_MASK) | index;
  }

  final int cell(int index) {
    return (int) place(index);
  }

  final void setCell(int index, int cell) {
    words[index >>> PAGE_BITS][(index & OFFSET_MASK) << 1 | 1] = (place(index) & ~CELL_MASK) | cell;
  }

  private long place(int index) {
    return words[index >>> PAGE_BITS][(index & OFFSET_MASK) << 1 | 1];
  }

  final long deadlineTick(int index) {
    return words[index >>> PAGE_BITS][(index & OFFSET_MASK) << 1];
  }

  final void setDeadlineTick(int index, long deadlineTick) {
    words[index >>> PAGE_BITS][(index & OFFSET_MASK) << 1] = deadlineTick;
  }

  /** The first tenant of a page at this index or after it, or -1. */
  final int nextTenant(int page, int index) {
    if (!isPresent(page)) {
      return -1;
    }
    for (int at = index; at >>> PAGE_BITS == page; at++) {
      if (cell(at) != NO_CELL) {
        return at;
      }
    }
    return -1;
  }

  // Pages come and go.

  /** Whether there are pages without a tenant, besides one that is kept for the next. */
  final boolean isTrimmable() {
    // The entry vacated last may be all that keeps its page from being empty.
    return emptyPages > 1 || (emptyPages == 1 && size() == 0 && latest != NO_ENTRY);
  }

  /** Frees pages without a tenant, up to a limit; keeps one. */
  final void trim(int limit) {
    if (latest != NO_ENTRY) {
      linkFree(latest);
      latest = NO_ENTRY;
    }
    int left = Math.min(limit, emptyPages - 1);
    for (int looks = Math.max(limit, LOOKS); looks > 0 && left > 0; looks--) {
      hand = hand > 0 ? hand - 1 : pageCount - 1;
      if (isPresent(hand) && state[hand] < ONE_LIVE) {
        release(hand);
        left--;
      }
    }
    if (!isTrimmable()) {
      // The next one begins with the last page again, so that the first ones stay.
      hand = 0;
    }
  }

  private void release(int page) {
    int generation = nextGeneration(words[page]);
    firstGeneration[page] = generation;
    if (!isFull(page)) {
      unlinkSpare(page);
    }
    if (generation != RETIRED) {
      next[page] = absent;
      absent = page;
    }
    words[page] = NO_WORDS;
    dropColumn(page);
    emptyPages--;
  }

  /** A generation that no tenant of a page has had, or RETIRED if one entry has used them up. */
  private static int nextGeneration(long[] pageWords) {
    int next = FIRST_GENERATION;
    for (int word = 1; word < pageWords.length; word += 2) {
      int generation = (int) (pageWords[word] >>> 32);
      if (generation == RETIRED) {
        return RETIRED;
      }
      if (generation > next) {
        next = generation;
      }
    }
    return next;
  }

  private int createPage() {
    boolean isNew = absent == NO_PAGE;
    int page = isNew ? space.nextPage() : absent;
    if (isNew) {
      reservePage(page);
    }
    long[] pageWords = newWords(isNew ? FIRST_GENERATION : firstGeneration[page]);
    createColumn(page);
    if (isNew) {
      space.take(page);
      pageCount = page + 1;
    } else {
      absent = next[page];
    }
    words[page] = pageWords;
    state[page] = 0;
    emptyPages++;
    linkSpare(page);
    return page;
  }

  private static long[] newWords(int generation) {
    long[] pageWords = new long[PAGE_SIZE << 1];
    long vacant = (long) generation << 32 | CELL_MASK;
    for (int offset = 0; offset < PAGE_SIZE; offset++) {
      pageWords[offset << 1] = offset + 1L;
      pageWords[offset << 1 | 1] = vacant;
    }
    return pageWords;
  }

  /** Grows the tables if they have no room for this page. */
  private void reservePage(int page) {
    if (page == space.maxPages()) {
      throw new IllegalStateException(
          "a wheel holds at most " + ((long) page << PAGE_BITS) + " timers: " + size());
    }
    int before = words.length;
    if (page >= before) {
      int length = Math.min(space.maxPages(), Math.max(4, page << 1));
      // Longer tables do no harm if an allocation fails half-way, as long as words grows last.
      resizeColumn(length);
      state = Arrays.copyOf(state, length);
      firstGeneration = Arrays.copyOf(firstGeneration, length);
      next = Arrays.copyOf(next, length);
      previous = Arrays.copyOf(previous, length);
      long[][] longer = Arrays.copyOf(words, length);
      Arrays.fill(longer, before, length, NO_WORDS);
      words = longer;
    }
  }

  private boolean isPresent(int page) {
    return page >= 0 && page < pageCount && words[page].length > 0;
  }

  private boolean isFull(int page) {
    return (state[page] & FREE_MASK) == PAGE_SIZE;
  }

  private void linkSpare(int page) {
    previous[page] = NO_PAGE;
    next[page] = spare;
    if (spare != NO_PAGE) {
      previous[spare] = page;
    }
    spare = page;
  }

  private void unlinkSpare(int page) {
    int before = previous[page];
    int after = next[page];
    if (before == NO_PAGE) {
      spare = after;
    } else {
      next[before] = after;
    }
    if (after != NO_PAGE) {
      previous[after] = before;
    }
  }

  /** Counts every entry, walks the free list of every page and the list of spare pages. */
  final boolean checkInvariants() {
    int tenants = 0;
    int empty = 0;
    int spares = 0;
    for (int page = 0; page < pageCount; page++) {
      if (isPresent(page)) {
        tenants += checkPage(page);
        empty += state[page] < ONE_LIVE ? 1 : 0;
        spares += isFull(page) ? 0 : 1;
      }
    }
    check(tenants == size(), "tenants", tenants, size());
    check(empty == emptyPages, "pages empty", empty, emptyPages);
    for (int page = spare; page != NO_PAGE; page = next[page]) {
      check(!isFull(page), "full page on the list of spare ones", page, NO_PAGE);
      spares--;
    }
    check(spares == 0, "pages with a free entry that are not on the list", spares, 0);
    return true;
  }

  /** Counts the tenants of a page. */
  private int checkPage(int page) {
    int tenants = 0;
    for (int at = nextTenant(page, page << PAGE_BITS); at >= 0; at = nextTenant(page, at + 1)) {
      tenants++;
    }
    int live = tenants + (latest >>> PAGE_BITS == page ? 1 : 0);
    check(live == state[page] >>> 16, "entries in use of page " + page, live, state[page] >>> 16);
    int free = 0;
    int offset = state[page] & FREE_MASK;
    while (offset != PAGE_SIZE) {
      int index = page << PAGE_BITS | offset;
      boolean isFree = cell(index) == NO_CELL && isCleared(index);
      check(isFree, "entry on a free list with cell", cell(index), NO_CELL);
      offset = (int) deadlineTick(index);
      free++;
    }
    int known = free + live + countRetired(page);
    check(known == PAGE_SIZE, "entries of page " + page, known, PAGE_SIZE);
    return tenants;
  }

  private int countRetired(int page) {
    int retired = 0;
    for (int word = 1; word < words[page].length; word += 2) {
      retired += (int) (words[page][word] >>> 32) == RETIRED ? 1 : 0;
    }
    return retired;
  }

  private static void check(boolean holds, String what, int found, int noted) {
    if (!holds) {
      throw new AssertionError(what + ": " + found + ", not " + noted);
    }
  }
}
