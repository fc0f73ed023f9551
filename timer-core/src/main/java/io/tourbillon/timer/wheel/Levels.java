package io.tourbillon.timer.wheel;

/**
 * The arithmetic of levels, blocks and slots; see {@link TimingWheel}.
 *
 * <p>A slot is named by {@code level * RING + place}. At level L it stands for a block of
 * 256<sup>L</sup> ticks, and a block is named by its first tick divided by that.
 */
final class Levels {
  static final int SLOT_BITS = 8;

  /** Slots of a level: two turns of the level below. */
  static final int RING = 2 << SLOT_BITS;

  static final int COUNT = Long.SIZE / SLOT_BITS;

  private static final int RING_MASK = RING - 1;

  private Levels() {}

  /** The binary logarithm of the ticks of a block of this level. */
  static int shift(int level) {
    return level * SLOT_BITS;
  }

  /** The block of a level that a tick is in. */
  static long block(int level, long tick) {
    return tick >> shift(level);
  }

  static int slot(int level, long block) {
    return level * RING + place(block);
  }

  static int place(long block) {
    return (int) block & RING_MASK;
  }

  /** The slot for a deadline: the finest level whose 511 next blocks include it. */
  static int slotFor(long deadlineTick, long now) {
    long tick = deadlineTick > now ? deadlineTick : now + 1;
    // As an unsigned number this is right even where the subtraction overflows.
    long distance = tick - now;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(distance);
    int level = Math.max(0, bits - 2) / SLOT_BITS;
    long block = block(level, tick);
    if (block - block(level, now) >= RING) {
      level++;
      block >>= SLOT_BITS;
    }
    return slot(level, block);
  }

  /** The first tick of the block that a slot stands for at present. */
  static long firstTick(int slot, long now) {
    int level = slot / RING;
    long nowBlock = block(level, now);
    int ahead = slot - (int) nowBlock & RING_MASK;
    return (nowBlock + ahead) << shift(level);
  }
}
