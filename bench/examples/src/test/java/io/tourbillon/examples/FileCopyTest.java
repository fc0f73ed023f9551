package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class FileCopyTest {
  @TempDir private Path folder;

  private static void run(Engine engine, Action body) {
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(engine).loops(1).build()) {
      scheduler.spawn(body).join();
    }
  }

  private Path file(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(folder.resolve("file"), content);
  }

  private Path copy() {
    return folder.resolve("copy");
  }

  @ParameterizedTest
  @CsvSource({
    "VIRTUAL_THREAD, 0", "CONTINUATION, 0", "HANDOFF, 0", "PLAIN_THREAD, 0",
    "VIRTUAL_THREAD, 5000001", "CONTINUATION, 5000001", "HANDOFF, 5000001", "PLAIN_THREAD, 5000001"
  })
  void byPieces_copiesAll(Engine engine, int bytes) throws Exception {
    Path file = file(bytes);
    run(engine, () -> FileCopy.byPieces(file, copy()));
    assertEquals(-1, Files.mismatch(file, copy()));
  }

  @ParameterizedTest
  @EnumSource
  void byThread_copiesAll(Engine engine) throws Exception {
    Path file = file(100_000);
    run(engine, () -> FileCopy.byThread(file, copy()));
    assertEquals(-1, Files.mismatch(file, copy()));
  }

  @ParameterizedTest
  @EnumSource
  void byPieces_neitherOverwritesNorDeletesWhatIsThere(Engine engine) throws Exception {
    Path file = file(1);
    Files.writeString(copy(), "precious");
    assertInstanceOf(
        FileAlreadyExistsException.class,
        assertThrows(
                CompletionException.class, () -> run(engine, () -> FileCopy.byPieces(file, copy())))
            .getCause());
    assertEquals("precious", Files.readString(copy()));
  }

  @ParameterizedTest
  @EnumSource
  void byPieces_ofWhatIsNotThere_makesNothing(Engine engine) {
    assertInstanceOf(
        NoSuchFileException.class,
        assertThrows(
                CompletionException.class,
                () -> run(engine, () -> FileCopy.byPieces(folder.resolve("none"), copy())))
            .getCause());
    assertFalse(Files.exists(copy()));
  }

  @ParameterizedTest
  @EnumSource
  void byPieces_thatIsCancelled_leavesNothingBehind(Engine engine) throws Exception {
    Path file = file(50_000_000);
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(engine).loops(1).build()) {
      Coroutine<?> copying = scheduler.spawn(() -> FileCopy.byPieces(file, copy()));
      // The loop is free while it copies, or this coroutine would come too late.
      scheduler
          .spawn(
              () -> {
                while (!Files.exists(copy())) {
                  Coroutines.delay(100, TimeUnit.MICROSECONDS);
                }
                copying.cancel();
              })
          .join();
      assertInstanceOf(
          CancellationException.class,
          assertThrows(CompletionException.class, copying::join).getCause());
      assertFalse(Files.exists(copy()));
    }
  }
}
