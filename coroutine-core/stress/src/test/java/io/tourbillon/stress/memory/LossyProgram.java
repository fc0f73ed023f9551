package io.tourbillon.stress.memory;

/** Fills a {@link LossyBox}. */
public final class LossyProgram implements SweptProgram {
  private final LossyBox box = new LossyBox();

  /** There is one kind. */
  @SuppressWarnings("unused") // As all programs have it.
  public LossyProgram(String kind) {}

  @Override
  public void prepare() {}

  @Override
  public void operate() {
    for (int value = 0; value < 5; value++) {
      try {
        box.add(value);
      } catch (OutOfMemoryError full) {
        return;
      }
    }
  }

  @Override
  public void check() {
    if (!box.isWhole()) {
      throw new AssertionError("the box has lost a value");
    }
  }
}
