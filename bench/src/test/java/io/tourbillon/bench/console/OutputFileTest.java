package io.tourbillon.bench.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir private Path folder;

  private String refusal(Path file) {
    return assertThrows(
            FileRefusedException.class, () -> OutputFile.write(file, "the page", "text"))
        .getMessage();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void write_newFile_leavesNothingElse() throws IOException {
    Path file = folder.resolve("page");
    OutputFile.write(file, "the page", "tëxt");
    assertEquals("tëxt", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void write_halfACharacter_isReplaced() throws IOException {
    Path file = folder.resolve("page");
    OutputFile.write(file, "the page", "a\ud800b");
    assertEquals("a?b", Files.readString(file));
  }

  /** Another name of the same file keeps the text before: the file is replaced, not changed. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_fileWithAnotherName_replacesOne() throws IOException {
    Path file = Files.writeString(folder.resolve("page"), "before");
    Path other = Files.createLink(folder.resolve("other"), file);
    OutputFile.write(file, "the page", "after");
    assertEquals("after", Files.readString(file));
    assertEquals("before", Files.readString(other));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_link_isFollowed() throws IOException {
    Path file = Files.writeString(folder.resolve("page"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("page"));
    OutputFile.write(link, "the page", "after");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("after", Files.readString(file));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_existingFile_keepsItsPermissions() throws IOException {
    Path file = Files.writeString(folder.resolve("page"), "before");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    OutputFile.write(file, "the page", "after");
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_linkToNothing_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("absent"));
    assertEquals("the page must not be a link to nothing: " + link, refusal(link));
    assertEquals(List.of(link), files());
  }

  @Test
  void write_folder_isRefused() {
    assertEquals("the page must be a file, not a folder: " + folder, refusal(folder));
  }

  @Test
  void write_missingFolder_isRefused() throws IOException {
    Path file = folder.resolve("absent").resolve("page");
    assertEquals("the page must be in a folder that is there: " + file, refusal(file));
    assertEquals(List.of(), files());
  }

  @Test
  void write_withinAFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "").resolve("page");
    assertEquals("the page must be in a folder that is there: " + file, refusal(file));
  }

  /** A folder in which not even root can make a file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_folderThatCanNotBeWritten_isRefused() {
    Path file = Path.of("/proc/self/page");
    assertTrue(refusal(file).startsWith("the page must be writable: /proc/self/page"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_device_isWrittenAndStays() throws IOException {
    OutputFile.write(Path.of("/dev/null"), "the page", "text");
    assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_deviceThatIsFull_saysWhy() {
    assertTrue(refusal(Path.of("/dev/full")).matches("the page must be writable: /dev/full: .+"));
  }
}
