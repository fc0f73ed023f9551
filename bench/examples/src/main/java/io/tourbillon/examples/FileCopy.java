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
 * Copies files in two ways, both of which let other coroutines of the loop run meanwhile, on every
 * engine. A plain {@code Files.copy} would not: calls that read and write files block their thread,
 * virtual or not, and so all coroutines of the loop. For coroutines.
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
      // The first to end cancels the other and waits until that has ended.
      copied = scheduler.spawn(() -> CoroutineScope.race(List.of(copying, stopping))).join();
    }
    System.exit(copied ? 0 : 130);
  }

  /**
   * Copies in a platform thread: the simplest way, suitable for any blocking call. A cancelled
   * coroutine waits until the copy has ended.
   *
   * @throws IOException if it fails, or the copy exists already
   */
  public static void byThread(Path file, Path copy) throws IOException {
    Coroutines.blocking(() -> Files.copy(file, copy));
  }

  /**
   * Reads and writes piece by piece, and awaits each. So the coroutine can be cancelled between
   * pieces, in which case the copy is deleted. Needs only the memory of one piece.
   *
   * @throws IOException if it fails, or the copy exists already
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

  /**
   * Opens a file in a platform thread: the JDK cannot do so asynchronously, and it may take long.
   */
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
