/**
 * Makes a folder and those above it that are not there. Node's own `recursive` never returns where a file system makes no folders, as in
 * /proc (it takes "not there" for a folder above that is missing).
 */
export declare function makeFolders(folder: string): void;
