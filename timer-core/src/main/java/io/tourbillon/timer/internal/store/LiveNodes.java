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
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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

  /**
   * For how long after a new file was made, or another one was found in its place, nobody counts as
   * dead: the others take their locks in it with their next heartbeats.
   */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** What {@link #fileKey} returns if there is no file: it is like no other. */
  private static final Object ABSENT = new Object();

  private static final Map<Path, LiveNodes> OPEN = new HashMap<>();

  /** The nodes of this process that have not left. */
  private static final Map<Path, Set<String>> OWN = new HashMap<>();

  private final FileChannel channel;
  private final @Nullable Object fileKey;
  private final boolean made;
  private final long openedNanos = System.nanoTime();
  private final Map<String, FileLock> held = new HashMap<>();

  private LiveNodes(FileChannel channel, @Nullable Object fileKey, boolean made) {
    this.channel = channel;
    this.fileKey = fileKey;
    this.made = made;
  }

  /** Takes the lock of a node of this process, once. */
  static void hold(Path database, String node) throws IOException {
    synchronized (OPEN) {
      Path file = fileOf(database);
      OWN.computeIfAbsent(file, _ -> new HashSet<>()).add(node);
      boolean another = closeIfReplaced(file);
      LiveNodes known = OPEN.get(file);
      if (known == null) {
        known = open(database, file, another);
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
      Path file = fileOf(database);
      LiveNodes known = OPEN.get(file);
      if (known == null
          || known.isFresh()
          || !known.isAt(file)
          || OWN.getOrDefault(file, Set.of()).contains(node)) {
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
      Set<String> own = OWN.getOrDefault(file, Set.of());
      LiveNodes known = OPEN.get(file);
      if (own.contains(node)) {
        own.remove(node);
        if (known != null) {
          known.unlock(node);
        }
      }
      if (own.isEmpty()) {
        OWN.remove(file);
        close(file);
      }
    }
  }

  private void unlock(String node) throws IOException {
    try (FileLock _ = held.remove(node)) {
      // Closing a lock releases it.
    }
  }

  /**
   * Opens a file.
   *
   * @param another whether this process had another file of this name open
   */
  private static LiveNodes open(Path database, Path file, boolean another) throws IOException {
    boolean made = another;
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      made = true;
      allowAsIn(database, file);
    } catch (FileAlreadyExistsException there) {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
    boolean known = false;
    try {
      LiveNodes opened = new LiveNodes(channel, fileKey(file), made);
      OPEN.put(file, opened);
      known = true;
      return opened;
    } finally {
      if (!known) {
        channel.close(); // The collector would close it later, and release locks of its successor.
      }
    }
  }

  /** Who may write the database may write this file, as SQLite does it with its own. */
  private static void allowAsIn(Path database, Path file) {
    try {
      Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(database));
    } catch (IOException | UnsupportedOperationException ownOnly) {
      // Then it has those that the system gives it.
    }
  }

  /** Returns null if the system does not tell files apart. */
  private static @Nullable Object fileKey(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException deleted) {
      return ABSENT;
    }
  }

  private boolean isAt(Path file) throws IOException {
    return !ABSENT.equals(fileKey) && Objects.equals(fileKey, fileKey(file));
  }

  private boolean isFresh() {
    return made && System.nanoTime() - openedNanos < FRESH_NANOS;
  }

  /**
   * Closes what is open if another file has taken its place, or none. The locks in it protect
   * nobody any more; each node of this process takes its lock anew with its next heartbeat.
   */
  private static boolean closeIfReplaced(Path file) throws IOException {
    LiveNodes known = OPEN.get(file);
    boolean replaced = known != null && !known.isAt(file);
    if (replaced) {
      close(file);
    }
    return replaced;
  }

  private static void close(Path file) throws IOException {
    LiveNodes known = OPEN.remove(file);
    if (known != null) {
      known.channel.close();
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
