package io.tourbillon.timer.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes of an SQLite file live. Each holds a lock of the operating system on one byte of a
 * file beside it, {@code -nodes}, and the system releases it when the process ends, however it
 * does. So others need not wait for the lease of a process that was killed. The file stays empty,
 * since a lock may lie behind its end, and is never deleted. If somebody else deletes it, the nodes
 * take their locks anew on the next file, which they find with the next heartbeat.
 *
 * <p>A node that holds no lock for another reason just loses its shards to the others, as one whose
 * lease is over.
 *
 * <p>All services of a process share one channel for each file, since closing any channel of a file
 * releases all locks of the process on it: so nothing else in the process may open the file, nor
 * two class loaders have this class. Guarded by the lock of the class; nothing under it waits.
 */
final class LiveNodes {
  private static final String SUFFIX = "-nodes";

  private static final Map<Path, LiveNodes> OPEN = new HashMap<>();

  private final Path file;
  private final FileChannel channel;
  private final Map<String, FileLock> held = new HashMap<>();

  /** Tells files of the same name apart; null where the system has nothing for that. */
  private final @Nullable Object fileKey;

  private LiveNodes(Path database, Path file) throws IOException {
    this.file = file;
    this.channel = opened(database, file);
    this.fileKey = fileKey(file);
  }

  /** Who may write the database may write this file, as SQLite does it with its own. */
  private static FileChannel opened(Path database, Path file) throws IOException {
    FileChannel made;
    try {
      made = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException there) {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
    try {
      Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(database));
    } catch (IOException | UnsupportedOperationException ownOnly) {
      // Then it has those that the system gives it.
    }
    return made;
  }

  private static @Nullable Object fileKey(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException deleted) {
      return null;
    }
  }

  /** Returns what is open for a file; null if nothing is. */
  private static @Nullable LiveNodes known(Path database, Path file) throws IOException {
    LiveNodes known = OPEN.get(file);
    if (known == null || Objects.equals(known.fileKey, fileKey(file))) {
      return known;
    }
    LiveNodes next = new LiveNodes(database, file);
    for (String node : known.held.keySet()) {
      FileLock lock = next.tryLock(node);
      if (lock != null) {
        next.held.put(node, lock);
      }
    }
    OPEN.put(file, next);
    known.channel.close();
    return next;
  }

  /** Takes the lock of a node of this process, once. */
  static void hold(Path database, String node) throws IOException {
    synchronized (OPEN) {
      Path file = fileOf(database);
      LiveNodes known = known(database, file);
      if (known == null) {
        known = new LiveNodes(database, file);
        OPEN.put(file, known);
      }
      if (!known.held.containsKey(node)) {
        FileLock lock = known.tryLock(node);
        if (lock == null) {
          throw new IOException("another process has the lock of " + node + " in " + file);
        }
        known.held.put(node, lock);
      }
    }
  }

  /** Whether the process of a node has ended. Called while a node of this process is held. */
  static boolean isDead(Path database, String node) throws IOException {
    synchronized (OPEN) {
      LiveNodes known = known(database, fileOf(database));
      if (known == null || known.held.containsKey(node)) {
        return false;
      }
      try (FileLock lock = known.tryLock(node)) {
        return lock != null;
      }
    }
  }

  /** Releases the lock of a node of this process. */
  static void release(Path database, String node) throws IOException {
    synchronized (OPEN) {
      Path file = fileOf(database);
      LiveNodes known = OPEN.get(file);
      if (known != null) {
        try (FileLock _ = known.held.remove(node)) {
          // Closing a lock releases it.
        } finally {
          known.closeIfUnused();
        }
      }
    }
  }

  private void closeIfUnused() throws IOException {
    if (held.isEmpty()) {
      OPEN.remove(file);
      channel.close();
    }
  }

  private static Path fileOf(Path database) throws IOException {
    Path real = database.toRealPath();
    return real.resolveSibling(real.getFileName() + SUFFIX);
  }

  private @Nullable FileLock tryLock(String node) throws IOException {
    // 62 bits of a digest: the end of the range must not overflow.
    long position =
        UUID.nameUUIDFromBytes(node.getBytes(UTF_8)).getLeastSignificantBits()
            & Long.MAX_VALUE >> 1;
    try {
      return channel.tryLock(position, 1, false);
    } catch (OverlappingFileLockException ours) {
      return null;
    }
  }
}
