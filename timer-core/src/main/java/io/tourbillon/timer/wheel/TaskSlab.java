package io.tourbillon.timer.wheel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries with a task each: a reference, in an array for each page. */
final class TaskSlab extends EntrySlab {
  private static final @Nullable Object[] NO_TASKS = {};

  /** One element a page; empty if there is no such page. */
  private @Nullable Object[][] tasks = {};

  TaskSlab(IdSpace space) {
    super(space);
  }

  /** Gives the entry that {@link #firstFree} named to a tenant, and returns its id. */
  long occupy(int index, long deadlineTick, int cell, Object task) {
    tasks[index >>> PAGE_BITS][index & OFFSET_MASK] = task;
    return occupy(index, deadlineTick, cell);
  }

  /** Frees the entry and returns its task. */
  Object vacate(int index) {
    free(index);
    @Nullable Object[] pageTasks = tasks[index >>> PAGE_BITS];
    int offset = index & OFFSET_MASK;
    Object task = pageTasks[offset];
    pageTasks[offset] = null;
    assert task != null : "entry " + index + " was free";
    return task;
  }

  Object task(int index) {
    Object task = tasks[index >>> PAGE_BITS][index & OFFSET_MASK];
    assert task != null : "entry " + index + " is free";
    return task;
  }

  @Override
  void resizeColumn(int pages) {
    tasks = Arrays.copyOf(tasks, pages);
  }

  @Override
  void createColumn(int page) {
    tasks[page] = new Object[PAGE_SIZE];
  }

  @Override
  void dropColumn(int page) {
    tasks[page] = NO_TASKS;
  }

  /** Reads the task up to its class. */
  @Override
  void readColumn(int index) {
    if (task(index).getClass() == TaskSlab.class) {
      throw new AssertionError("a task must be a user's: " + index);
    }
  }

  @Override
  boolean isCleared(int index) {
    return tasks[index >>> PAGE_BITS][index & OFFSET_MASK] == null;
  }
}
