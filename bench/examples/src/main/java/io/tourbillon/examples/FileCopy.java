package io.tourbillon.examples;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.bridge.CompletionHandlers;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Copies files in two ways, each of which leaves the loop to others meanwhile, on every engine. A
 * plain {@code Files.copy} would not: calls that read and write files hold up their thread, virtual
 * or not, and so all coroutines of the loop. For coroutines.
 */
public final class FileCopy {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private FileCopy() {}

  /** Runs it: {@code FileCopy FILE COPY}. Ctrl-C cancels it, and leaves no copy behind. */
  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    Path copy = Path.of(args[1]);
    boolean copied;
    try (CoroutineScheduler scheduler = CoroutineScheduler.create();
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      Callable<Boolean> copying =
          () -> {
            byPieces(file, copy);
            return true;
          };
      Callable<Boolean> stopping =
          () -> {
            System.out.println("stopped by " + signals.await());
            return false;
          };
      // Whichever ends first cancels the other and waits for its end.
      copied = scheduler.spawn(() -> CoroutineScope.race(List.of(copying, stopping))).join();
    }
    System.exit(copied ? 0 : 130);
  }

  /**
   * Has a platform thread do it: the simplest way, and good for whatever else blocks. A cancelled
   * coroutine waits for its end.
   *
   * @throws IOException if it fails, or the copy is there already
   */
  public static void byThread(Path file, Path copy) throws IOException {
    Coroutines.blocking(() -> Files.copy(file, copy));
  }

  /**
   * Reads and writes piece by piece, and awaits each. So the coroutine may be cancelled in between,
   * and then leaves nothing behind, and it needs no more memory than a piece.
   *
   * @throws IOException if it fails, or the copy is there already
   */
  public static void byPieces(Path file, Path copy) throws IOException {
    try (AsynchronousFileChannel from = open(file, READ)) {
      AsynchronousFileChannel to = open(copy, WRITE, CREATE_NEW);
      boolean whole = false;
      try (to) {
        copy(from, to);
        whole = true;
      } finally {
        if (!whole) {
          Coroutines.shield(GRACE, () -> Coroutines.blocking(() -> Files.deleteIfExists(copy)));
        }
      }
    }
  }

  /** There is no asynchronous way to open a file, which may be far away. */
  private static AsynchronousFileChannel open(Path file, OpenOption... options) throws IOException {
    return Coroutines.blocking(() -> AsynchronousFileChannel.open(file, options));
  }

  private static void copy(AsynchronousFileChannel from, AsynchronousFileChannel to)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long position = 0;
    while (read(from, piece.clear(), position) >= 0) {
      piece.flip();
      while (piece.hasRemaining()) {
        position += write(to, piece, position);
      }
    }
  }

  private static int read(AsynchronousFileChannel file, ByteBuffer piece, long position)
      throws IOException {
    return CompletionHandlers.await(handler -> file.read(piece, position, null, handler));
  }

  private static int write(AsynchronousFileChannel file, ByteBuffer piece, long position)
      throws IOException {
    return CompletionHandlers.await(handler -> file.write(piece, position, null, handler));
  }
}
