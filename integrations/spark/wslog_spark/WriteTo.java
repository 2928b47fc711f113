import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Puts a local file into a file system, where it is seen only when it is whole. Of several that put the same one
 * there the first is kept. Standard input is Hadoop's configuration.
 */
public class WriteTo {
    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new Configuration(false);
        configuration.addResource(System.in);
        Path local = new Path("file:" + arguments[0]);
        Path wanted = new Path(arguments[1]);
        FileSystem system = wanted.getFileSystem(configuration);
        // Who reads the folder leaves out names that begin so.
        Path unfinished = new Path(wanted.getParent(), "_" + wanted.getName() + "." + UUID.randomUUID());
        try {
            system.copyFromLocalFile(local, unfinished);
            if (!system.exists(wanted) && !system.rename(unfinished, wanted) && !system.exists(wanted)) {
                throw new IOException(wanted + " cannot be written");
            }
        } finally {
            system.delete(unfinished, false);
        }
    }
}
