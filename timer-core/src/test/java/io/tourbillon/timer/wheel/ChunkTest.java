package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ChunkTest {
  private final Chunk chunk = new Chunk(5);

  private void fill(int count) {
    for (int lane = 0; lane < count; lane++) {
      assertFalse(chunk.isFull());
      assertEquals(5 << Chunk.BITS | lane, chunk.append(1000 + lane));
    }
  }

  private List<Integer> liveLanes() {
    List<Integer> lanes = new ArrayList<>();
    for (int lane = chunk.firstLane(); lane < Chunk.SIZE; lane = chunk.nextLane(lane)) {
      lanes.add(lane);
    }
    return lanes;
  }

  @Test
  void append_fillsCellsInOrder() {
    fill(Chunk.SIZE);
    assertTrue(chunk.isFull());
    assertEquals(Chunk.SIZE, chunk.live());
    assertEquals(1000, chunk.indexAt(0));
    assertEquals(1063, chunk.indexAt(63));
  }

  @Test
  void take_cellsInAnyOrder_leavesTheOthers() {
    for (int count = 1; count <= Chunk.SIZE; count++) {
      Random random = new Random(count);
      chunk.reset(count);
      assertEquals(0, chunk.live());
      fill(count);
      TreeSet<Integer> lanes = new TreeSet<>();
      for (int lane = 0; lane < count; lane++) {
        lanes.add(lane);
      }
      while (lanes.size() > 1) {
        assertEquals(new ArrayList<>(lanes), liveLanes());
        int lane = new ArrayList<>(lanes).get(random.nextInt(lanes.size()));
        lanes.remove(lane);
        assertEquals(lanes.size(), chunk.take(5 << Chunk.BITS | lane));
      }
      assertEquals(lanes.first(), chunk.firstLane());
      assertEquals(Chunk.SIZE, chunk.nextLane(chunk.firstLane()));
      assertEquals(0, chunk.take(lanes.first()));
    }
  }

  @Test
  void take_ofOpenChunk_givesNoRoomBack() {
    fill(3);
    chunk.take(0);
    chunk.take(1);
    assertEquals(5 << Chunk.BITS | 3, chunk.append(7));
    assertEquals(List.of(2, 3), liveLanes());
  }
}
