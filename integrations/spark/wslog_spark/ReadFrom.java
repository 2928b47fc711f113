import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Writes a file's bytes to standard output as they are, from a place on, to the end of the line that a byte is in.
 * Standard input is Hadoop's configuration.
 */
public class ReadFrom {
    public static void main(String[] arguments) throws Exception {
        // Whatever libraries have to say must not get among the bytes.
        System.setOut(System.err);
        Configuration configuration = new Configuration(false);
        configuration.addResource(System.in);
        UserGroupInformation.setConfiguration(configuration);
        Path path = new Path(arguments[0]);
        long place = Long.parseLong(arguments[1]);
        // -1: to the end of the file.
        long last = Long.parseLong(arguments[2]);
        try (FSDataInputStream in = path.getFileSystem(configuration).open(path)) {
            OutputStream out = new FileOutputStream(FileDescriptor.out);
            byte[] buffer = new byte[1 << 20];
            // Not every file system can, nor does it have to where a file is read from its beginning.
            if (place > 0) {
                in.seek(place);
            }
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int end = last < 0 ? -1 : newline(buffer, Math.max(0, last - place), read);
                out.write(buffer, 0, end < 0 ? read : end + 1);
                if (end >= 0) {
                    return;
                }
                place += read;
            }
        }
    }

    /** Where the first newline is from a place on, or -1. */
    private static int newline(byte[] buffer, long from, int length) {
        for (long at = from; at < length; at++) {
            if (buffer[(int) at] == '\n') {
                return (int) at;
            }
        }
        return -1;
    }
}
